// The result line of an input, as it lands in results.ndjson (docs/results.md).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "pipeline/item.h"
#include "pipeline/item_error.h"

namespace orch::pipeline {

class ResultLine {
 public:
  // `stages` names the pipeline's stages in order, as Item::spent counts them.
  ResultLine(std::span<const std::string> stages, int task_manager);

  // Valid until the next call. `result` is raw JSON, passed on byte by byte.
  std::string_view ok(const Item& item, std::string_view result);
  std::string_view failed(const Item& item, const ItemError& error);

 private:
  void begin(const Item& item);
  void finish(const Item& item);

  std::vector<std::string> stage_keys_;  // "\"inference\":"
  std::string task_manager_;             // ",\"task_manager\":1,\"ms\":{"
  std::string text_;
};

}  // namespace orch::pipeline
