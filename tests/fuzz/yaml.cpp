// Any bytes through parse_yaml: a value that is printed and read back as itself, or an error of one
// line with a place.
#include <cstdlib>

#include "doc/value.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto value = orch::doc::parse_yaml(text, "f");
  if (!value) {
    const std::string& message = value.error().message;
    if (!message.starts_with("f:") || message.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const auto again = orch::doc::parse_yaml(orch::doc::to_yaml(*value), "f");
  if (!again || !(*again == *value)) std::abort();
  return 0;
}
