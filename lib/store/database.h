// One SQLite connection and its statements: the only place that calls sqlite3. Errors name the
// database and the cure. Not for use by two threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

struct sqlite3_stmt;

namespace orch::store {

// What survives a power loss when a transaction returns: everything (intents), or everything up to
// a little while ago (progress, which the log can rebuild). A killed process loses nothing.
enum class Durability { progress, intent };

// A prepared statement on loan from its Database, which must outlive it. Reset at the end of its
// life and then used again. Parameters are bound in order of the calls, and views must live until
// the statement is reset.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind_bytes(std::string_view bytes);

  Result<bool> step();  // true: a row is there
  Status run();         // to the end, rows ignored

  // Columns are read in order too.
  std::int64_t integer();
  std::string text();  // text or bytes; NULL is empty

 private:
  friend class Database;
  Statement(class Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  Database* database_;
  sqlite3_stmt* statement_;
  int next_parameter_ = 1;
  int next_column_ = 0;
  bool started_ = false;
};

class Database {
 public:
  // The file must exist (possibly empty). `busy` is how long to wait for other processes.
  static Result<Database> open(const std::string& path, Duration busy);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const std::string& path() const;
  // The prepared statement is kept: use a small number of texts, values bound.
  Result<Statement> prepare(std::string_view sql);
  // One or more statements without parameters or rows, not kept.
  Status execute(const char* sql);
  std::int64_t changes() const;  // rows touched by the last statement

 private:
  friend class Statement;
  friend class Transaction;
  struct State;
  explicit Database(std::unique_ptr<State> state);
  Error error(int code) const;
  // True when `code` says that another process is in the way and it is not too late to try again.
  bool may_retry(int code, SteadyTime since) const;

  std::unique_ptr<State> state_;
};

// Takes the write lock at once (no upgrade that could fail later); undone unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database, Durability durability);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace orch::store
