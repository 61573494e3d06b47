// Any bytes through parse_json: a value that is printed and read back as itself, or an error.
#include <cstdlib>

#include "doc/value.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto value = orch::doc::parse_json(text);
  if (!value) return 0;
  const auto again = orch::doc::parse_json(orch::doc::to_json(*value));
  if (!again || !(*again == *value)) std::abort();
  return 0;
}
