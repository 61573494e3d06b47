// What a worker reads: one line an item, or one line a batch (docs/workers.md).
#pragma once

#include <span>
#include <string>

#include "pipeline/item.h"

namespace orch::pipeline {

// {"id","input","path"?,"meta"?,"out"?} and a newline.
void append_item_line(std::string& out, const Item& item);
// {"batch":[…]} and a newline.
void append_batch_line(std::string& out, std::span<Item* const> items);

}  // namespace orch::pipeline
