#include "store/database.h"

#include <sqlite3.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

#include "store/sqlite_error.h"

namespace orch::store {
namespace {

// Short at first, and spread so that many processes do not march in step.
void pause_before_retry(int tries) {
  std::uint32_t noise = 0;
  sqlite3_randomness(sizeof noise, &noise);
  const long longest = 400'000L * std::min(tries + 1, 25);  // ns, at most 10 ms
  timespec pause{0, 100'000L + static_cast<long>(noise) % longest};
  nanosleep(&pause, nullptr);
}

}  // namespace

struct Database::State {
  std::string path;
  Duration busy{};
  SteadyTime waiting_since;
  std::optional<Durability> durability;
  sqlite3* connection = nullptr;
  std::vector<std::pair<std::string, sqlite3_stmt*>> statements;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    for (auto& [sql, statement] : statements) sqlite3_finalize(statement);
    sqlite3_close(connection);
  }

  static int wait_for_others(void* data, int tries) {
    auto& state = *static_cast<State*>(data);
    const SteadyTime now = system_clock().steady();
    if (tries == 0) state.waiting_since = now;
    if (now - state.waiting_since >= state.busy) return 0;
    pause_before_retry(tries);
    return 1;
  }
};

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const std::string& Database::path() const { return state_->path; }

Result<Database> Database::open(const std::string& path, Duration busy) {
  Database database(std::make_unique<State>());
  State& state = *database.state_;
  state.path = path;
  state.busy = busy;
  errno = 0;
  const int code = sqlite3_open_v2(path.c_str(), &state.connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return fail(database.error(code));
  sqlite3_extended_result_codes(state.connection, 1);
  sqlite3_busy_handler(state.connection, State::wait_for_others, &state);
  return database;
}

Error Database::error(int code) const {
  const int system_error = errno;  // sqlite3_system_errno forgets those of writes
  sqlite3* connection = state_->connection;
  return sqlite_error({state_->path, code, system_error,
                       connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection),
                       state_->busy});
}

bool Database::may_retry(int code, SteadyTime since) const {
  // The busy handler has waited already where SQLite calls it; some paths (recovery of the WAL, a
  // last connection closing) answer busy at once.
  const int kind = code & 0xff;
  if (kind != SQLITE_BUSY && kind != SQLITE_PROTOCOL) return false;
  if (sqlite3_get_autocommit(state_->connection) == 0) return false;
  if (system_clock().steady() - since >= state_->busy) return false;
  pause_before_retry(0);
  return true;
}

Result<Statement> Database::prepare(std::string_view sql) {
  const auto known = std::find_if(state_->statements.begin(), state_->statements.end(),
                                  [&](const auto& entry) { return entry.first == sql; });
  if (known != state_->statements.end()) return Statement(*this, known->second);
  sqlite3_stmt* statement = nullptr;
  const SteadyTime since = system_clock().steady();
  for (;;) {
    errno = 0;
    const int code =
        sqlite3_prepare_v3(state_->connection, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code == SQLITE_OK) break;
    if (!may_retry(code, since)) return fail(error(code));
  }
  state_->statements.emplace_back(sql, statement);
  return Statement(*this, statement);
}

Status Database::execute(const char* sql) {
  const SteadyTime since = system_clock().steady();
  for (;;) {
    errno = 0;
    const int code = sqlite3_exec(state_->connection, sql, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return {};
    if (!may_retry(code, since)) return fail(error(code));
  }
}

std::int64_t Database::changes() const { return sqlite3_changes64(state_->connection); }

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      next_parameter_(other.next_parameter_),
      next_column_(other.next_column_),
      started_(other.started_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

// A failed bind (no such parameter, out of memory) leaves NULL, which NOT NULL columns refuse.
Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(statement_, next_parameter_++, text.empty() ? "" : text.data(), text.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_bytes(std::string_view bytes) {
  sqlite3_bind_blob64(statement_, next_parameter_++, bytes.empty() ? "" : bytes.data(),
                      bytes.size(), SQLITE_STATIC);
  return *this;
}

Result<bool> Statement::step() {
  const SteadyTime since = system_clock().steady();
  for (;;) {
    errno = 0;
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) {
      started_ = true;
      next_column_ = 0;
      return true;
    }
    if (code == SQLITE_DONE) return false;
    Error error = database_->error(code);
    sqlite3_reset(statement_);
    if (started_ || !database_->may_retry(code, since)) return fail(std::move(error));
  }
}

Status Statement::run() {
  while (ORCH_TRY(step())) {
  }
  return {};
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_, next_column_++); }

std::string Statement::text() {
  const int column = next_column_++;
  const void* bytes = sqlite3_column_blob(statement_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<Transaction> Transaction::begin(Database& database, Durability durability) {
  if (database.state_->durability != durability) {
    ORCH_TRY(database.execute(durability == Durability::intent ? "PRAGMA synchronous=FULL"
                                                               : "PRAGMA synchronous=NORMAL"));
    database.state_->durability = durability;
  }
  Statement begin = ORCH_TRY(database.prepare("BEGIN IMMEDIATE"));
  ORCH_TRY(begin.run());
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // Some errors have rolled back already; then this one does nothing.
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Status Transaction::commit() {
  Statement statement = ORCH_TRY(database_->prepare("COMMIT"));
  ORCH_TRY(statement.run());
  database_ = nullptr;
  return {};
}

}  // namespace orch::store
