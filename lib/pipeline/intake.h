// What an input is: a URL to fetch, a file that is there, or text.
#pragma once

#include <string>

#include "base/file.h"
#include "base/result.h"
#include "pipeline/item.h"
#include "pipeline/item_error.h"
#include "pipeline/task.h"

namespace orch::pipeline {

enum class Route { download, stages };

class Intake {
 public:
  explicit Intake(const TaskConfig& config);

  // Reads the record into the item: text, meta, and path when it names a file.
  // Error: the input fails before any stage sees it.
  tl::expected<Route, ItemError> admit(Item& item);

 private:
  tl::expected<Route, ItemError> admit_text(Item& item) const;

  const TaskConfig& config_;
  bool wants_file_;  // `download:` in the file, or `{path}` in an exec
  bool fetches_urls_;
  Fd base_;  // config.base_directory
};

}  // namespace orch::pipeline
