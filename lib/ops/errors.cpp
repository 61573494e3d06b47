#include "ops/errors.h"

#include "base/redact.h"
#include "base/text.h"

namespace orch::ops {
namespace {

std::string clean(std::string_view text) { return to_utf8(redact(text)); }

doc::Value http_value(const HttpDetail& http) {
  doc::Value value;
  value.set("method", to_utf8(http.method));
  value.set("url", to_utf8(show_url(http.url)));
  value.set("status", http.status);
  value.set("request_id", to_utf8(http.request_id));
  value.set("attempts", http.attempts);
  return value;
}

}  // namespace

doc::Value to_value(const Error& error) {
  const ErrorTraits& facts = traits(error.code);
  doc::Value value;
  value.set("code", facts.name);
  value.set("exit", facts.exit_status);
  value.set("message", clean(error.message));
  value.set("hint", clean(error.next()));
  if (!error.details.empty()) {
    doc::Value::Array details;
    for (const std::string& detail : error.details) details.emplace_back(clean(detail));
    value.set("details", std::move(details));
  }
  if (!error.provider.empty()) value.set("provider", clean(error.provider));
  if (error.http) value.set("http", http_value(*error.http));
  value.set("retryable", facts.retryable);
  return value;
}

std::string error_json(const Error& error) { return doc::to_json(to_value(error)); }

}  // namespace orch::ops
