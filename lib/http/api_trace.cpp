// What may be seen of an exchange: the debug trace and recordings for bug reports (http/api.h).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/log.h"
#include "base/redact.h"
#include "base/text.h"
#include "http/api.h"
#include "http/failure.h"

namespace orch::http {
namespace {

constexpr std::string_view kMask = "****";

// Parts of names, in lower case and without - and _.
constexpr std::array<std::string_view, 12> kCredentials = {
    "authorization", "apikey",     "token",      "secret",      "password",  "passwd",
    "cookie",        "credential", "privatekey", "accesskeyid", "signature", "stringvalue"};

// A token's end or a secret's name is no secret.
constexpr std::array<std::string_view, 8> kHarmless = {
    "tokentype", "nextpagetoken", "pagetoken",        "prevpagetoken",
    "secretid",  "secretname",    "idempotencytoken", "secretkeyname"};

void mask(doc::Value& value) {
  if (doc::Value::Array* list = value.array(); list != nullptr) {
    for (doc::Value& each : *list) mask(each);
  }
  doc::Value::Object* object = value.object();
  if (object == nullptr) return;
  for (auto& [name, member] : *object) {
    const bool holds_value =
        member.object() == nullptr && member.array() == nullptr && !member.is_null();
    if (holds_value && is_credential_field(name)) {
      member = doc::Value(kMask);
    } else {
      mask(member);
    }
  }
}

bool is_form(std::string_view body) {
  return body.find('=') != std::string_view::npos &&
         body.find_first_of(" \t\r\n<>{}\"") == std::string_view::npos;
}

// grant_type=client_credentials&client_secret=****
std::string masked_form(std::string_view body) {
  std::string shown;
  for (const std::string_view field : split(body, '&')) {
    const std::string_view name = field.substr(0, field.find('='));
    if (!shown.empty()) shown += '&';
    shown += is_credential_field(name) ? fmt::format("{}={}", name, kMask) : std::string(field);
  }
  return shown;
}

doc::Value shown_headers(const HeaderList& headers) {
  doc::Value shown = doc::Value::Object{};
  for (const auto& [name, value] : headers) {
    shown.set(name, is_credential_field(name) ? std::string(kMask) : redact(value));
  }
  return shown;
}

class Tracing : public Transport {
 public:
  Tracing(std::unique_ptr<Transport> inner, Clock& clock)
      : inner_(std::move(inner)), clock_(clock) {}

  Result<Response> send(const Request& request) override {
    const SteadyTime begun = clock_.steady();
    log_debug(fmt::format("→ {} {}{}", request.method, show_url(request.url),
                          request.body.empty() ? "" : " " + masked_body(request.body)));
    Result<Response> response = inner_->send(request);
    const std::string took = format_duration(clock_.steady() - begun);
    if (response) {
      log_debug(fmt::format("← {} in {}, {}{}", status_text(response->status), took,
                            format_size(response->body.size()),
                            response->ok() ? "" : ": " + fit(masked_body(response->body), 500)));
    } else {
      log_debug(fmt::format("← no answer in {}: {}", took, redact(response.error().message)));
    }
    return response;
  }

 private:
  std::unique_ptr<Transport> inner_;
  Clock& clock_;
};

class Recording : public Transport {
 public:
  Recording(std::unique_ptr<Transport> inner, std::string directory)
      : inner_(std::move(inner)), directory_(std::move(directory)) {}

  Result<Response> send(const Request& request) override {
    Result<Response> response = inner_->send(request);
    ORCH_TRY(write(request, response));
    return response;
  }

 private:
  Status write(const Request& request, const Result<Response>& response) {
    doc::Value asked = doc::Value::Object{};
    asked.set("method", request.method);
    asked.set("url", show_url(request.url));
    asked.set("headers", shown_headers(request.headers));
    asked.set("body", masked_body(request.body));
    doc::Value answered = doc::Value::Object{};
    if (response) {
      answered.set("status", response->status);
      answered.set("headers", shown_headers(response->headers));
      answered.set("body", masked_body(response->body));
    } else {
      answered.set("error", redact(response.error().message));
    }
    doc::Value exchange = doc::Value::Object{};
    exchange.set("request", std::move(asked));
    exchange.set("answer", std::move(answered));
    ORCH_TRY(make_directories(directory_));
    // A directory may hold an earlier recording: nothing is overwritten.
    std::string path;
    do path = fmt::format("{}/{:03}.json", directory_, ++number_);
    while (exists(path));
    return write_file_atomically(path, doc::to_pretty_json(exchange));
  }

  std::unique_ptr<Transport> inner_;
  std::string directory_;
  int number_ = 0;
};

}  // namespace

bool is_credential_field(std::string_view name) {
  std::string plain = lower(name);
  std::erase_if(plain, [](char c) { return c == '-' || c == '_'; });
  if (std::find(kHarmless.begin(), kHarmless.end(), plain) != kHarmless.end()) return false;
  return std::any_of(kCredentials.begin(), kCredentials.end(),
                     [&](std::string_view part) { return plain.find(part) != std::string::npos; });
}

std::string masked_body(std::string_view body) {
  auto document = doc::parse_json(body, "body");
  if (!document) return redact(is_form(body) ? masked_form(body) : std::string(body));
  mask(*document);
  return redact(doc::to_json(*document));
}

std::unique_ptr<Transport> tracing(std::unique_ptr<Transport> inner, Clock& clock) {
  return std::make_unique<Tracing>(std::move(inner), clock);
}

std::unique_ptr<Transport> recording(std::unique_ptr<Transport> inner, std::string directory) {
  return std::make_unique<Recording>(std::move(inner), std::move(directory));
}

}  // namespace orch::http
