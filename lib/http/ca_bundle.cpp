#include "http/ca_bundle.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/text.h"

namespace orch::http {
namespace {

constexpr std::array<const char*, 2> kVariables = {"SSL_CERT_FILE", "CURL_CA_BUNDLE"};
constexpr std::array<const char*, 3> kPlaces = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

}  // namespace

Result<std::string> find_ca_bundle(const EnvMap& env) {
  for (const char* variable : kVariables) {
    const auto path = get(env, variable);
    if (!path || path->empty()) continue;
    if (::access(path->c_str(), R_OK) == 0) return *path;
    return fail(
        ErrorCode::tls_failed,
        errno_text("read", fmt::format("{} (from {})", printable(*path), variable), errno),
        fmt::format("let {} name a readable file of CA certificates, or unset it", variable));
  }
  for (const char* path : kPlaces) {
    if (::access(path, R_OK) == 0) return std::string(path);
  }
  return fail(ErrorCode::tls_failed, fmt::format("no CA certificates found at {}", kPlaces[0]),
              "install ca-certificates, or name a file of CA certificates with SSL_CERT_FILE");
}

}  // namespace orch::http
