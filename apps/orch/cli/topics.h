// The pages of `orch help TOPIC`; each is also a man page.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace orch::cli {

struct Topic {
  std::string_view name;     // "exit-codes"
  std::string_view summary;  // one line
  std::string (*text)();     // at most 80 columns; headings begin a line, all else is indented
};

std::span<const Topic> all_topics();
const Topic* find_topic(std::string_view name);

}  // namespace orch::cli
