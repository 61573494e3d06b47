// Why an input failed: what stands under `error` in its result line (docs/results.md).
#pragma once

#include <string>
#include <string_view>

namespace orch::pipeline {

struct ItemError {
  std::string code;     // one of the constants below, or download_… (download_stage.cpp)
  std::string message;  // one line of UTF-8
};

namespace item_code {
inline constexpr const char* kInputInvalid = "input_invalid";
inline constexpr const char* kInputNotFound = "input_not_found";
inline constexpr const char* kInputUnreadable = "input_unreadable";
inline constexpr const char* kInputUnsupported = "input_unsupported";
inline constexpr const char* kWorkerError = "worker_error";  // the worker said so
inline constexpr const char* kBadAnswer = "bad_answer";      // `out` without a file
inline constexpr const char* kWorkerDied = "worker_died";    // twice, alone
inline constexpr const char* kTimedOut = "timed_out";
inline constexpr const char* kResultTooLarge = "result_too_large";
inline constexpr const char* kServerRefused = "server_refused";  // http: its status is no 200
inline constexpr const char* kExitStatus = "exit_status";        // exec
inline constexpr const char* kCannotStart = "cannot_start";      // exec: this command, this input
}  // namespace item_code

}  // namespace orch::pipeline
