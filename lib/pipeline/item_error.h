// Why an input failed: what stands under `error` in its result line (docs/results.md).
#pragma once

#include <string>
#include <string_view>

namespace orch::pipeline {

struct ItemError {
  std::string_view code;  // one of the constants below, or "download_" + a code of orch's table
  std::string message;    // one line of UTF-8
};

namespace item_code {
constexpr std::string_view kInputInvalid = "input_invalid";
constexpr std::string_view kInputNotFound = "input_not_found";
constexpr std::string_view kInputUnreadable = "input_unreadable";
constexpr std::string_view kInputUnsupported = "input_unsupported";
constexpr std::string_view kWorkerError = "worker_error";      // the worker said so
constexpr std::string_view kBadAnswer = "bad_answer";          // `out` without a file
constexpr std::string_view kWorkerDied = "worker_died";        // twice, alone
constexpr std::string_view kTimedOut = "timed_out";
constexpr std::string_view kResultTooLarge = "result_too_large";
constexpr std::string_view kExitStatus = "exit_status";        // exec
constexpr std::string_view kCannotStart = "cannot_start";      // exec: this command, this input
}  // namespace item_code

}  // namespace orch::pipeline
