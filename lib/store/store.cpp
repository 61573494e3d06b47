#include "store/store.h"

#include <fcntl.h>
#include <fmt/core.h>

#include "base/file.h"
#include "base/text.h"
#include "store/file_system.h"
#include "store/schema.h"
#include "store/state.h"

namespace orch::store {
namespace {

std::string database_path(const std::string& directory) { return directory + "/orch.db"; }

Status check(const std::string& directory, const StoreOptions& options) {
  return check_state_directory(
      directory, options.file_system_type != nullptr ? options.file_system_type : file_system_type);
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& state_directory, const StoreOptions& options) {
  const std::string path = database_path(state_directory);
  ORCH_TRY(create_state_directory(state_directory));
  ORCH_TRY(check(state_directory, options));
  ORCH_TRY(create_private_file(path));
  Database database = ORCH_TRY(Database::open(path, options.busy));
  ORCH_TRY(migrate(database, schema_steps()));
  return Store(std::make_unique<State>(State{state_directory, std::move(database)}));
}

Result<std::optional<Store>> Store::open_existing(const std::string& state_directory,
                                                  const StoreOptions& options) {
  const std::string path = database_path(state_directory);
  if (!exists(path)) {
    // "There is none" and "it may not be seen" are told apart by the reason.
    if (errno != EACCES) return std::nullopt;
    return fail(ErrorCode::state_unusable, errno_text("open", path, EACCES),
                "use the account that it belongs to, or another --state-dir");
  }
  ORCH_TRY(check(state_directory, options));
  Database database = ORCH_TRY(Database::open(path, options.busy));
  // Another process may have made the file this moment, or died before it made the tables.
  if (ORCH_TRY(schema_version(database)) == 0) return std::nullopt;
  ORCH_TRY(migrate(database, schema_steps()));
  return Store(std::make_unique<State>(State{state_directory, std::move(database)}));
}

const std::string& Store::directory() const { return state_->directory; }
Database& Store::database() { return state_->database; }

std::string Store::job_directory(std::string_view id) const {
  return fmt::format("{}/jobs/{}", state_->directory, id);
}

Result<std::int64_t> Store::State::number(std::string_view id) {
  Statement row = ORCH_TRY(database.prepare("SELECT number FROM job WHERE id = ?"));
  if (!ORCH_TRY(row.bind(id).step())) return no_such_job(id);
  return row.integer();
}

tl::unexpected<Error> no_such_job(std::string_view id) {
  return fail(ErrorCode::not_found, fmt::format("there is no job {}", printable(id)));
}

}  // namespace orch::store
