#include "base/digest.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>

#include <array>

namespace orch {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  // libsodium takes unsigned bytes.
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  crypto_hash_sha256(digest.data(), data, bytes.size());
  std::array<char, crypto_hash_sha256_BYTES * 2 + 1> text{};
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  return {text.data()};
}

}  // namespace orch
