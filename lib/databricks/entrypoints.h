// The Python files that a task of an orchestrator's job runs.
#pragma once

#include <string_view>

namespace orch::databricks {

// Starts the orch binary named by --orch-bin with `serve-entrypoint` and the other arguments: a
// task needs a .py, and runs it in an interpreter that must stay alive. The command's output is
// printed as it comes; a failure raises "… exited with N".
std::string_view launcher_text();

// The same for --command without a binary: words as a POSIX shell splits them, no shell.
std::string_view script_text();

}  // namespace orch::databricks
