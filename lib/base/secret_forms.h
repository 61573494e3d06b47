// The forms in which a secret may stand in text: for redact.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orch {

struct SecretForm {
  std::string text;
  std::size_t margin = 0;  // characters on either side that may hold some of the secret's bits
};

// Itself, URL-encoded, JSON-escaped, and base64 wherever in the encoded bytes it stands.
std::vector<SecretForm> forms_of(std::string_view secret);

}  // namespace orch
