#include "output/error.h"

#include "base/redact.h"
#include "base/text.h"
#include "doc/value.h"
#include "output/printer.h"
#include "output/terminal.h"

namespace orch::output {
namespace {

std::string request_line(const HttpDetail& http) {
  std::string line = "request: " + http.method + " " + show_url(http.url);
  if (http.status != 0) line += " " + std::to_string(http.status);
  if (!http.request_id.empty()) line += " id=" + http.request_id;
  return line + " attempts=" + std::to_string(http.attempts);
}

std::string safe(std::string_view text) { return printable(redact(text)); }

doc::Value http_value(const HttpDetail& http) {
  doc::Value value;
  value.set("method", to_utf8(http.method));
  value.set("url", to_utf8(show_url(http.url)));
  value.set("status", http.status);
  value.set("request_id", to_utf8(http.request_id));
  value.set("attempts", http.attempts);
  return value;
}

std::string clean(std::string_view text) { return to_utf8(redact(text)); }

}  // namespace

std::string error_text(const Error& error, bool color) {
  std::string out = styled("orch:", Style::red, color) + " " + safe(error.message) + "\n";
  for (const std::string& detail : error.details) out += "  " + safe(detail) + "\n";
  if (error.http) out += "  " + safe(request_line(*error.http)) + "\n";
  if (!error.next().empty()) out += "  " + safe(error.next()) + "\n";
  return out;
}

std::string error_json(const Error& error) {
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
  doc::Value whole = schema_document();
  whole.set("error", std::move(value));
  return doc::to_json(whole) + "\n";
}

}  // namespace orch::output
