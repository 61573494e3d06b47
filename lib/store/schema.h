// The tables, as the list of steps that lead to them.
#pragma once

#include <span>

#include "store/database.h"

namespace orch::store {

// Step n takes a database of version n to n + 1. Steps are only added.
std::span<const char* const> schema_steps();

// 0: empty.
Result<int> schema_version(Database& database);
// Runs the steps that are missing, each in a transaction of its own; safe when many processes do
// so at once. state_newer when the database has more versions than there are steps.
Status migrate(Database& database, std::span<const char* const> steps);

}  // namespace orch::store
