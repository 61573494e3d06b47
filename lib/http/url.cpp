#include "http/url.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <memory>

#include "base/redact.h"
#include "base/text.h"

namespace orch::http {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, UrlCleanup>;

bool has_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() + 3 && lower(url.substr(0, scheme.size())) == scheme &&
         url.substr(scheme.size(), 3) == "://";
}

std::string part(CURLU* url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
  std::string result(text);
  curl_free(text);
  return result;
}

}  // namespace

bool is_https_url(std::string_view url) { return has_scheme(url, "https"); }
bool is_http_url(std::string_view url) { return has_scheme(url, "http") || is_https_url(url); }

bool is_loopback_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#\\"));
  if (host.find('@') != std::string_view::npos) host = host.substr(host.rfind('@') + 1);
  if (host.starts_with('[')) return host == "[::1]" || host.starts_with("[::1]:");
  host = host.substr(0, host.find(':'));
  const bool is_ip = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || (is_ip && host.starts_with("127."));
}

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string scheme = lower(url.substr(0, scheme_end));
  std::string_view rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  std::string host = lower(rest);
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  const bool has_port =
      colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
  if (!has_port) host += scheme == "https" ? ":443" : ":80";
  return scheme + "://" + host;
}

Result<std::string> redirect_target(const std::string& from, const std::string& location) {
  const UrlHandle url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, from.c_str(), 0) != CURLUE_OK) {
    return fail(ErrorCode::bad_answer,
                fmt::format("{}: redirected from an odd URL", show_url(from)));
  }
  const std::string user = part(url.get(), CURLUPART_USER);
  const std::string password = part(url.get(), CURLUPART_PASSWORD);
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(),
                   CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) != CURLUE_OK) {
    return fail(ErrorCode::bad_answer, fmt::format("{}: redirected to what is no URL: {}",
                                                   show_url(from), printable(show_url(location))));
  }
  const bool same_origin = origin_of(part(url.get(), CURLUPART_URL)) == origin_of(from);
  // What the server writes there would be sent as credentials: only the input's own are.
  curl_url_set(url.get(), CURLUPART_USER, same_origin && !user.empty() ? user.c_str() : nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD,
               same_origin && !password.empty() ? password.c_str() : nullptr, 0);
  std::string target = part(url.get(), CURLUPART_URL);
  if (!is_http_url(target)) {
    return fail(ErrorCode::bad_answer,
                fmt::format("{}: the redirect to {} is not followed: only http and https are",
                            show_url(from), printable(show_url(target))));
  }
  if (is_https_url(from) && !is_https_url(target)) {
    return fail(ErrorCode::bad_answer,
                fmt::format("{}: the redirect to {} is not followed: it leaves https",
                            show_url(from), printable(show_url(target))));
  }
  return target;
}

}  // namespace orch::http
