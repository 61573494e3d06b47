// What changed between two texts, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

namespace orch {

// Empty when they are equal. The names stand behind --- and +++.
std::string unified_diff(std::string_view before_name, std::string_view before,
                         std::string_view after_name, std::string_view after);

}  // namespace orch
