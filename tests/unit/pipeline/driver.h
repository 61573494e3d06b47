// A runner for tests: starts run_task_manager in a child process and speaks frames with it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "doc/value.h"
#include "job/frame.h"
#include "job/stage_stats.h"
#include "pipeline/task.h"
#include "support/temporary_directory.h"

namespace orch::test {

using pipeline::TaskConfig;

struct ResultLine {
  std::uint32_t split = 0;
  bool ok = false;
  std::string text;
  doc::Value value;  // of text, unless that is large

  std::string error_code() const;
  std::string error_message() const;
  std::int64_t attempts() const;
  // The result as JSON text; empty when there is none.
  std::string result() const;
};

class Driver {
 public:
  Driver();
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Change these before start().
  TaskConfig config;
  EnvMap env;
  orch::test::TemporaryDirectory directory;

  // A script in the directory, executable; gives its path.
  std::string script(std::string_view name, std::string_view text) const;
  // A Python worker: `body` runs with json, sys, os, time imported and say(dict) defined.
  std::vector<std::string> python(std::string_view body) const;
  job::StageSpec& add_run(std::string_view name, std::vector<std::string> argv);
  job::StageSpec& add_exec(std::string_view name, std::vector<std::string> argv);

  void start();
  void grant(std::uint32_t split, const std::vector<std::string>& inputs,
             std::uint64_t first_index = 0);
  void grant_records(std::uint32_t split, const std::vector<std::string>& records,
                     std::uint64_t first_index = 0);
  void stop(std::uint32_t split = job::kAllSplits);
  void close_input();
  void send(std::string_view bytes);

  // Reads frames until `until` holds. False: time ran out or the task manager closed its end.
  template <class Until>
  bool read(Until until, std::chrono::milliseconds longest = std::chrono::seconds(60)) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    while (!until()) {
      if (!read_some(deadline)) return until();
    }
    return true;
  }
  bool read_until_end(std::uint32_t split = 0);
  // Sends stop and reads to the end of the stream; the exit status.
  int finish();
  int wait_exit();

  // What came.
  std::map<std::uint64_t, ResultLine> lines;  // by index
  std::size_t line_count = 0;                 // doubles included
  std::vector<std::uint32_t> ends;
  std::vector<job::Beat> beats;
  std::optional<doc::Value> stopped;  // the JSON of its stop frame
  bool closed = false;

  pid_t pid() const { return pid_; }
  std::string log() const;  // the task manager's standard error

 private:
  bool read_some(std::chrono::steady_clock::time_point deadline);
  void take(const job::Frame& frame);

  pid_t pid_ = -1;
  int exit_status_ = -1;
  Fd to_;
  Fd from_;
  job::FrameDecoder decoder_;
  mutable int scripts_ = 0;
};

// Waits until no process has `needle` in its command line; false: some still has after 5 s.
bool all_gone(std::string_view needle);
std::string show(const doc::Value& value);

}  // namespace orch::test
