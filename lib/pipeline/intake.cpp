#include "pipeline/intake.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/redact.h"
#include "base/text.h"
#include "doc/json_slice.h"

namespace orch::pipeline {

namespace {

constexpr std::size_t kShownInput = 200;

std::string shown(std::string_view text) {
  const bool cut = text.size() > kShownInput;
  return printable(to_utf8(text.substr(0, kShownInput))) + (cut ? "…" : "");
}

bool has_scheme(std::string_view text, std::string_view scheme) {
  if (text.size() <= scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(text[i])) != scheme[i]) return false;
  }
  return true;
}

bool is_web_url(std::string_view text) {
  return has_scheme(text, "http://") || has_scheme(text, "https://");
}

bool names_path(const job::StageSpec& stage) {
  if (stage.kind == job::StageSpec::Kind::http) return stage.http.needs_path();
  if (stage.kind != job::StageSpec::Kind::exec) return false;
  for (const std::string& argument : stage.argv) {
    if (argument.find("{path}") != std::string::npos) return true;
  }
  return false;
}

bool any_names_path(const TaskConfig& config) {
  for (const job::StageSpec& stage : config.stages) {
    if (names_path(stage)) return true;
  }
  return false;
}

bool any_needs_path(const TaskConfig& config) {
  for (const job::StageSpec& stage : config.stages) {
    if (stage.kind == job::StageSpec::Kind::run || names_path(stage)) return true;
  }
  return false;
}

// Most strings have no escapes: they are taken as they are, into memory that is there already.
bool decode(std::string_view raw, std::string& out) {
  if (raw.size() < 2 || raw.front() != '"') return false;
  const std::string_view inside = raw.substr(1, raw.size() - 2);
  if (inside.find('\\') == std::string_view::npos) {
    out = inside;
    return true;
  }
  auto text = doc::decode_string(raw);
  if (text) out = std::move(*text);
  return text.has_value();
}

tl::unexpected<ItemError> refuse(const char* code, std::string message) {
  return tl::make_unexpected(ItemError{code, std::move(message)});
}

tl::unexpected<ItemError> refuse_s3(std::string_view url) {
  return refuse(
      item_code::kInputUnsupported,
      shown(show_url(url)) +
          ": s3 inputs come with the AWS provider; this orch reads http, https and files");
}

}  // namespace

Intake::Intake(const TaskConfig& config)
    : config_(config),
      wants_file_(config.download.wanted == job::DownloadSpec::Wanted::yes ||
                  any_names_path(config)),
      fetches_urls_(config.download.wanted == job::DownloadSpec::Wanted::yes ||
                    (config.download.wanted == job::DownloadSpec::Wanted::automatic &&
                     any_needs_path(config))) {
  const std::string& directory = config.base_directory;
  base_ = Fd(::open(directory.empty() ? "." : directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

tl::expected<Route, ItemError> Intake::admit(Item& item) {
  const auto record = doc::slice_object(item.input);
  if (!record) {
    item.input = {};
    return refuse(item_code::kInputInvalid, "the record is not a JSON object");
  }
  item.meta = record->find("meta");
  item.input = record->find("input");
  if (!decode(item.input, item.text)) {
    item.input = {};
    return refuse(item_code::kInputInvalid, "the record has no text under `input`");
  }
  if (is_web_url(item.text)) return fetches_urls_ ? Route::download : Route::stages;
  if (has_scheme(item.text, "s3://")) {
    if (fetches_urls_) return refuse_s3(item.text);
    return Route::stages;
  }
  return admit_text(item);
}

tl::expected<Route, ItemError> Intake::admit_text(Item& item) const {
  const std::string& text = item.text;
  const bool absolute = !text.empty() && text[0] == '/';
  if (!config_.bucket.empty() && !absolute) {
    return refuse_s3("s3://" + config_.bucket + "/" + text);
  }
  struct stat status {};
  int error = ENOENT;
  if (!text.empty() && std::strlen(text.c_str()) == text.size()) {
    const int failed = ::fstatat(base_.get(), text.c_str(), &status, 0);
    error = failed == 0 ? 0 : errno;
  }
  if (error == 0 && !S_ISDIR(status.st_mode)) {
    item.path = resolve(config_.base_directory, text);
    return Route::stages;
  }
  if (!wants_file_) return Route::stages;
  if (error == 0) return refuse(item_code::kInputNotFound, shown(text) + " is a directory");
  if (error == EACCES) {
    return refuse(item_code::kInputUnreadable, shown(text) + ": " + std::strerror(error));
  }
  if (text.find("://") != std::string::npos) {
    return refuse(item_code::kInputUnsupported,
                  shown(show_url(text)) + ": neither a file nor an http or https URL");
  }
  return refuse(item_code::kInputNotFound,
                "no file " + shown(resolve(config_.base_directory, text)));
}

}  // namespace orch::pipeline
