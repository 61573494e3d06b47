// The argv of an `exec` stage for one item, and the result of what it printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/item.h"

namespace orch::pipeline {

bool mentions(const std::vector<std::string>& argv, std::string_view placeholder);

// {path}, {input} and {out} replaced inside the elements; never a shell, never split.
std::vector<std::string> substitute(const std::vector<std::string>& argv, const Item& item);

// A JSON object or array as it is (on one line), anything else as a JSON string of the text
// without its trailing newlines.
std::string exec_result(std::string_view output);

}  // namespace orch::pipeline
