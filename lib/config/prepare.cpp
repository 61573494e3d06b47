#include "config/prepare.h"

namespace orch::config {

doc::Value prepare(doc::Value document, const Field& table, const PrepareOptions& options,
                   Report& report) {
  apply_aliases(document, table, report);
  apply_set(document, table, options.set, report);
  if (options.environment != nullptr) interpolate(document, table, *options.environment, report);
  check(document, table, report);
  return document;
}

}  // namespace orch::config
