// Bytes as text: for URLs, headers and files' names.
#pragma once

#include <string>
#include <string_view>

namespace orch {

std::string base64(std::string_view bytes);          // with padding, in one line
std::string percent_encode(std::string_view bytes);  // all but A–Z a–z 0–9 - _ . ~

}  // namespace orch
