#include "http/failure.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "http/retry.h"

namespace orch::http {
namespace {

constexpr std::array kStatusTexts = {
    std::pair{300, "Multiple Choices"},
    std::pair{301, "Moved Permanently"},
    std::pair{302, "Found"},
    std::pair{303, "See Other"},
    std::pair{304, "Not Modified"},
    std::pair{307, "Temporary Redirect"},
    std::pair{308, "Permanent Redirect"},
    std::pair{400, "Bad Request"},
    std::pair{401, "Unauthorized"},
    std::pair{402, "Payment Required"},
    std::pair{403, "Forbidden"},
    std::pair{404, "Not Found"},
    std::pair{405, "Method Not Allowed"},
    std::pair{406, "Not Acceptable"},
    std::pair{407, "Proxy Authentication Required"},
    std::pair{408, "Request Timeout"},
    std::pair{409, "Conflict"},
    std::pair{410, "Gone"},
    std::pair{412, "Precondition Failed"},
    std::pair{416, "Range Not Satisfiable"},
    std::pair{421, "Misdirected Request"},
    std::pair{425, "Too Early"},
    std::pair{429, "Too Many Requests"},
    std::pair{431, "Request Header Fields Too Large"},
    std::pair{451, "Unavailable For Legal Reasons"},
    std::pair{500, "Internal Server Error"},
    std::pair{501, "Not Implemented"},
    std::pair{502, "Bad Gateway"},
    std::pair{503, "Service Unavailable"},
    std::pair{504, "Gateway Timeout"},
    std::pair{507, "Insufficient Storage"},
};

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return ErrorCode::permission_denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 429:
      return ErrorCode::throttled;
    default:
      return status >= 400 ? ErrorCode::remote_failed : ErrorCode::bad_answer;
  }
}

std::string_view hint_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return "downloads carry no credentials: use a presigned URL, or one that is open to this "
             "machine";
    case 404:
    case 410:
      return "check the URL: the server has nothing there";
    case 407:
      return "put the proxy's user and password into http_proxy or https_proxy";
    case 429:
      return "ask for fewer at a time (threads: of the download stage), or later";
    default:
      return status >= 500 ? "try again later: the server failed" : "check the URL";
  }
}

// The URL as the user knows it, and where it led.
std::string subject(const AttemptFacts& facts) {
  std::string text = printable(show_url(facts.url));
  if (!facts.last_url.empty() && facts.last_url != facts.url) {
    text += fmt::format(" (redirected to {})", printable(show_url(facts.last_url)));
  }
  return text;
}

std::string progress(const AttemptFacts& facts) {
  if (facts.expected) return fmt::format("{} of {} bytes", facts.received, *facts.expected);
  return fmt::format("{} bytes", facts.received);
}

// The operating system's words, in a sentence: "connection refused".
std::string os_words(const AttemptFacts& facts) {
  if (facts.os_error == 0) return {};
  const std::string text = errno_text("connect", "", facts.os_error);
  return lower(trim(text.substr(text.rfind(':') + 1)));
}

std::string detail(const AttemptFacts& facts) {
  const std::string text = printable(trim(facts.detail));
  return text.empty() ? curl_easy_strerror(static_cast<CURLcode>(facts.curl_code)) : text;
}

Failure make(const AttemptFacts& facts, ErrorCode code, std::string message, bool retry,
             std::string_view hint = {}) {
  Error error{code, std::move(message), std::string(hint), {}, {}, {}};
  error.http = HttpDetail{"GET", show_url(facts.url), facts.status, printable(facts.request_id),
                          facts.attempts};
  return {std::move(error), retry};
}

Failure unreachable(const AttemptFacts& facts, std::string_view why) {
  return make(facts, ErrorCode::unreachable,
              fmt::format("cannot reach {}: {}", subject(facts), why), true);
}

Failure broken(const AttemptFacts& facts, std::string_view why) {
  std::string message = fmt::format("{}: body ended after {}", subject(facts), progress(facts));
  if (!why.empty()) message += fmt::format(" ({})", why);
  return make(facts, ErrorCode::bad_answer, std::move(message), true,
              "the server or something on the way cuts answers short; run the input again");
}

Failure lost_connection(const AttemptFacts& facts) {
  const std::string words = os_words(facts);
  if (facts.status != 0 && !facts.headers_ended) {
    return make(
        facts, ErrorCode::bad_answer,
        fmt::format("{}: the connection was closed amid the answer's headers", subject(facts)),
        true);
  }
  if (facts.status != 0) return broken(facts, words.empty() ? detail(facts) : words);
  return unreachable(facts, words.empty() ? "the connection was closed without an answer" : words);
}

Failure out_of_time(const AttemptFacts& facts) {
  constexpr std::string_view kHint = "raise timeout: of the download stage, or check the server";
  if (!facts.connected) {
    return unreachable(
        facts, fmt::format("no connection within {}",
                           format_duration(std::min(facts.timeout, facts.connect_timeout))));
  }
  const std::string limit = format_duration(facts.timeout);
  if (facts.detail.find("too slow") != std::string::npos) {
    return make(facts, ErrorCode::timed_out,
                fmt::format("{}: stalled after {}", subject(facts), progress(facts)), true, kHint);
  }
  if (facts.status == 0) {
    return make(facts, ErrorCode::timed_out,
                fmt::format("{}: no answer within {}", subject(facts), limit), true, kHint);
  }
  return make(facts, ErrorCode::timed_out,
              fmt::format("{}: timed out after {} with {}", subject(facts), limit, progress(facts)),
              true, kHint);
}

Failure bad_certificate(const AttemptFacts& facts) {
  std::string why = detail(facts);
  for (std::string_view prefix : {"SSL certificate problem: ", "SSL: "}) {
    if (why.starts_with(prefix)) why.erase(0, prefix.size());
  }
  std::string_view hint;
  if (why.find("expired") != std::string::npos) {
    hint = "the server's certificate must be renewed; check this machine's clock too";
  } else if (why.find("subject name") != std::string::npos) {
    hint = "the certificate is for another host: check the URL's host name";
  } else {
    hint = "if the server's CA is your own, name its certificate with SSL_CERT_FILE";
  }
  return make(facts, ErrorCode::tls_failed, fmt::format("{}: {}", subject(facts), why), false,
              hint);
}

Failure tls_handshake(const AttemptFacts& facts) {
  // A peer that hangs up is a connection error like any other.
  const bool cut = facts.os_error != 0 || facts.detail.find("SYSCALL") != std::string::npos ||
                   facts.detail.find("unexpected eof") != std::string::npos;
  if (cut) return unreachable(facts, "the connection was closed during the TLS handshake");
  return make(
      facts, ErrorCode::tls_failed,
      fmt::format("{}: TLS handshake failed: {}", subject(facts), detail(facts)), false,
      "check that the port speaks TLS 1.2 or newer, and that SSL_CERT_FILE, if set, names its CA");
}

}  // namespace

std::string status_text(int status) {
  const auto* const found = std::find_if(kStatusTexts.begin(), kStatusTexts.end(),
                                         [&](const auto& entry) { return entry.first == status; });
  if (found == kStatusTexts.end()) return fmt::format("status {}", status);
  return fmt::format("{} {}", status, found->second);
}

Failure describe_status(const AttemptFacts& facts) {
  return make(facts, code_of_status(facts.status),
              fmt::format("{}: {}", subject(facts), status_text(facts.status)),
              is_retryable_status(facts.status), hint_of_status(facts.status));
}

Failure describe_curl_error(const AttemptFacts& facts) {
  const auto bad_answer = [&](std::string_view why) {
    return make(facts, ErrorCode::bad_answer, fmt::format("{}: {}", subject(facts), why), false);
  };
  switch (facts.curl_code) {
    case CURLE_URL_MALFORMAT:
      return make(facts, ErrorCode::invalid_value,
                  fmt::format("{}: not a valid URL", subject(facts)), false,
                  "check its host and port; a blank is written %20");
    case CURLE_UNSUPPORTED_PROTOCOL:
      if (facts.connected) return bad_answer("the answer is not HTTP");
      return make(facts, ErrorCode::invalid_value,
                  fmt::format("{}: only http and https URLs can be downloaded", subject(facts)),
                  false);
    case CURLE_COULDNT_RESOLVE_HOST:
      return unreachable(facts, "the host name has no address");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unreachable(facts, "the proxy's host name has no address");
    case CURLE_COULDNT_CONNECT: {
      const std::string words = os_words(facts);
      return unreachable(facts, words.empty() ? detail(facts) : words);
    }
    case CURLE_OPERATION_TIMEDOUT:
      return out_of_time(facts);
    case CURLE_PARTIAL_FILE:
      return broken(facts, {});
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return bad_certificate(facts);
    case CURLE_SSL_CACERT_BADFILE:
      return make(facts, ErrorCode::tls_failed,
                  fmt::format("cannot use the CA certificates in {}", printable(facts.ca_file)),
                  false, "name a PEM file of CA certificates with SSL_CERT_FILE");
    case CURLE_SSL_CONNECT_ERROR:
      return tls_handshake(facts);
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (lower(facts.detail).find("header") != std::string::npos) {
        return bad_answer("the answer's headers are too large");
      }
      if (facts.detail.find("CONNECT tunnel failed") != std::string::npos) {
        return unreachable(facts, fmt::format("the proxy refused: {}", detail(facts)));
      }
      return lost_connection(facts);
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return lost_connection(facts);
    case CURLE_OUT_OF_MEMORY:  // also what curl says to a line of more than 100 kB
      if (facts.status != 0 && !facts.headers_ended) {
        return bad_answer("the answer's headers are too large");
      }
      return make(facts, ErrorCode::failed, fmt::format("{}: out of memory", subject(facts)), false,
                  "run fewer downloads at a time (threads: of the download stage)");
    default:
      return bad_answer(detail(facts));
  }
}

}  // namespace orch::http
