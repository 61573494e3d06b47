// orch-gen-docs DIR: writes DIR/man and DIR/completions from the command table.
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "base/file.h"
#include "cli/completion.h"
#include "cli/man.h"
#include "output/error.h"

namespace {

orch::Status write_all_files(const std::string& root) {
  ORCH_TRY(orch::make_directories(root + "/man", 0755));
  ORCH_TRY(orch::make_directories(root + "/completions", 0755));
  for (const auto& [name, text] : orch::cli::man_pages()) {
    ORCH_TRY(orch::write_file_atomically(root + "/man/" + name, text, 0644));
  }
  const std::pair<const char*, const char*> scripts[] = {
      {"bash", "orch.bash"}, {"zsh", "_orch"}, {"fish", "orch.fish"}};
  for (const auto& [shell, name] : scripts) {
    ORCH_TRY(orch::write_file_atomically(root + "/completions/" + name,
                                         orch::cli::completion_script(shell), 0644));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const orch::Status status = argc == 2 ? write_all_files(argv[1])
                                        : orch::fail(orch::ErrorCode::usage, "give one directory");
  if (status) return 0;
  (void)orch::write_all(STDERR_FILENO, orch::output::error_text(status.error(), false), "stderr");
  return orch::traits(status.error().code).exit_status;
}
