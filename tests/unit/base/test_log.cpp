#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"
#include "base/redact.h"

using namespace orch;

namespace {

// What `say` writes to standard error, with the given settings.
template <class Say>
std::string logged(LogLevel level, LogFormat format, bool color, Say say) {
  Pipe pipe = make_pipe().value();
  const Fd saved(::dup(STDERR_FILENO));
  ::dup2(pipe.write.get(), STDERR_FILENO);
  pipe.write.reset();
  configure_log(level, format, color);
  say();
  configure_log(LogLevel::normal, LogFormat::text, false);
  ::dup2(saved.get(), STDERR_FILENO);
  return read_fd(pipe.read.get(), "standard error").value();
}

void say_everything() {
  log_note("note");
  log_warning("warning");
  log_verbose("verbose");
  log_debug("debug");
}

}  // namespace

TEST_CASE("the level decides what is said; warnings always are") {
  const auto at = [](LogLevel level) {
    return logged(level, LogFormat::text, false, say_everything);
  };
  CHECK(at(LogLevel::quiet) == "orch: warning: warning\n");
  CHECK(at(LogLevel::normal) == "orch: note\norch: warning: warning\n");
  CHECK(at(LogLevel::verbose) == "orch: note\norch: warning: warning\norch: verbose\n");
  CHECK(at(LogLevel::debug) == "orch: note\norch: warning: warning\norch: verbose\norch: debug\n");
}

TEST_CASE("a message stays on its line and drives no terminal") {
  const auto text = logged(LogLevel::normal, LogFormat::text, false,
                           [] { log_note("a\nb\x1b[2J{} \xff \xe2\x80\xae"); });
  CHECK(text == "orch: a\\nb\\x1b[2J{} \\xff \\u202e\n");
}

TEST_CASE("json lines are valid whatever the message holds") {
  const auto text = logged(LogLevel::normal, LogFormat::json, true,
                           [] { log_warning("say \"a\\b\"\n\x1b \xff é"); });
  const auto message = text.substr(text.find(",\"level\""));
  CHECK(
      message ==
      ",\"level\":\"warning\",\"message\":\"say \\\"a\\\\b\\\"\\u000a\\u001b \xef\xbf\xbd é\"}\n");
  CHECK(text.starts_with("{\"time\":\"20"));
  CHECK(text.find('Z') == std::string("{\"time\":\"2026-01-31T08:09:10.123").size());
}

TEST_CASE("colour marks warnings and only when asked for") {
  const auto text = logged(LogLevel::normal, LogFormat::text, true, [] { log_warning("careful"); });
  CHECK(text == "orch: \x1b[33mwarning:\x1b[0m careful\n");
}

TEST_CASE("registered secrets never reach the log") {
  register_secret("log-secret \"7\"");
  for (const auto format : {LogFormat::text, LogFormat::json}) {
    const auto text = logged(LogLevel::normal, format, false, [] {
      log_note("key is log-secret \"7\", {\"k\":\"log-secret \\\"7\\\"\"}");
    });
    CHECK(text.find("log-secret") == std::string::npos);
    CHECK(text.find("****") != std::string::npos);
  }
}
