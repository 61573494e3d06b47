// What a Store holds; shared by its .cpp files.
#pragma once

#include <string>

#include "store/database.h"
#include "store/store.h"

namespace orch::store {

struct Store::State {
  std::string directory;
  Database database;

  // The row's key. not_found when there is no such job.
  Result<std::int64_t> number(std::string_view id);
};

tl::unexpected<Error> no_such_job(std::string_view id);

}  // namespace orch::store
