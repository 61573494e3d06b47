// The only includer of spdlog, header-only inside this one file: Debian has no archive of it.
#include "base/log.h"

#define SPDLOG_FMT_EXTERNAL
#define SPDLOG_HEADER_ONLY
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "base/utf8.h"

namespace orch {
namespace {

struct Settings {
  std::atomic<LogLevel> level{LogLevel::normal};
  std::atomic<LogFormat> format{LogFormat::text};
  std::atomic<bool> color{false};
  std::function<void()> before;
};

Settings& settings() {
  static Settings instance;
  return instance;
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto character = decode_utf8(text, i);
    const char32_t c = character.value;
    if (drives_terminal(c)) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      if (c == '"' || c == '\\') out += '\\';
      append_utf8(out, c);  // U+FFFD for what is not UTF-8
    }
    i += character.length;
  }
  return out + '"';
}

std::string_view name_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::warn:
      return "warning";
    case spdlog::level::debug:
      return "verbose";
    case spdlog::level::trace:
      return "debug";
    default:
      return "note";
  }
}

std::string as_text(spdlog::level::level_enum level, std::string_view message) {
  const bool color = settings().color;
  std::string out = "orch: ";
  if (level == spdlog::level::warn) out += color ? "\x1b[33mwarning:\x1b[0m " : "warning: ";
  const bool faint = color && level < spdlog::level::info;
  if (faint) out += "\x1b[2m";
  out += printable(message);
  if (faint) out += "\x1b[0m";
  return out + '\n';
}

std::string as_json(const spdlog::details::log_msg& message, std::string_view text) {
  return fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"message\":{}}}\n",
                     rfc3339(std::chrono::time_point_cast<WallTime::duration>(message.time)),
                     name_of(message.level), json_string(text));
}

// One write a line, so that lines of several processes do not mix. spdlog's own sinks write to
// standard output by default and pass control bytes through.
class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string text = redact({message.payload.data(), message.payload.size()});
    const bool json = settings().format == LogFormat::json;
    const std::string line = json ? as_json(message, text) : as_text(message.level, text);
    if (settings().before) settings().before();
    // When even this fails there is nowhere left to complain.
    (void)write_all(STDERR_FILENO, line, "standard error");
  }
  void flush_() override {}
};

// Made at the first message, so that a silent run pays nothing; never destroyed, so that the last
// words of other destructors still come out.
spdlog::logger& logger() {
  static auto* const instance = [] {
    auto* made = new spdlog::logger("orch", std::make_shared<StderrSink>());
    made->set_level(spdlog::level::trace);
    return made;
  }();
  return *instance;
}

void say(LogLevel from, spdlog::level::level_enum level, std::string_view message) {
  if (settings().level.load() < from) return;
  logger().log(level, spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace

void configure_log(LogLevel level, LogFormat format, bool color) {
  settings().level = level;
  settings().format = format;
  settings().color = color;
}

void before_log(std::function<void()> hook) { settings().before = std::move(hook); }

LogLevel log_level() { return settings().level; }

void log_note(std::string_view message) { say(LogLevel::normal, spdlog::level::info, message); }
void log_warning(std::string_view message) { say(LogLevel::quiet, spdlog::level::warn, message); }
void log_verbose(std::string_view message) {
  say(LogLevel::verbose, spdlog::level::debug, message);
}
void log_debug(std::string_view message) { say(LogLevel::debug, spdlog::level::trace, message); }

}  // namespace orch
