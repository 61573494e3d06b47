// What SQLite's answers mean to a person: the database, the reason, the cure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace orch::store {

struct SqliteFailure {
  std::string_view path;
  int code;               // extended or not
  int system_error;       // errno, 0 when it had no part
  std::string_view said;  // SQLite's own words
  Duration waited;        // how long others were waited for
};

Error sqlite_error(const SqliteFailure& failure);

}  // namespace orch::store
