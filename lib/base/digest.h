// SHA-256, to tell whether bytes have changed.
#pragma once

#include <string>
#include <string_view>

namespace orch {

std::string sha256(std::string_view bytes);  // 64 lower-case hexadecimal digits

}  // namespace orch
