// slice_object and is_json must judge as parse_json does, and slices must hold what it reads.
#include <cstdlib>

#include "doc/json_slice.h"
#include "doc/value.h"

using namespace orch::doc;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto slices = slice_object(text);
  const bool valid = is_json(text);
  const auto value = parse_json(text);
  // The grammar walk does not look for duplicate keys below the top.
  if (!value && value.error().message.find("stands twice") != std::string::npos) return 0;
  if (valid != value.has_value()) std::abort();
  const bool fits = valid && value->object() != nullptr && value->object()->size() <= 16;
  if (slices.has_value() != fits) std::abort();
  for (std::size_t i = 0; fits && i < slices->count; ++i) {
    const auto again = parse_json(slices->members[i].value);
    if (!again || !(*again == (*value->object())[i].second)) std::abort();
  }
  return 0;
}
