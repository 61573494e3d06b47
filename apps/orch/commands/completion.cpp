#include "cli/completion.h"

#include "cli/invocation.h"
#include "commands/commands.h"

namespace orch::commands {
namespace {

Result<int> run(cli::Invocation& invocation) {
  const std::string_view shell = invocation.positional(0);
  ORCH_TRY(invocation.out.write(cli::completion_script(shell)));
  return 0;
}

}  // namespace

cli::Command completion_command() {
  return {
      .name = "completion",
      .summary = "print the completion script of a shell",
      .details =
          "Completes commands, flags, choices, files and the names of jobs.\n\n"
          "bash, needs the package bash-completion:\n"
          "  orch completion bash > ~/.local/share/bash-completion/completions/orch\n"
          "zsh, into a directory of $fpath:\n"
          "  orch completion zsh > ~/.zfunc/_orch\n"
          "fish:\n"
          "  orch completion fish > ~/.config/fish/completions/orch.fish",
      .examples = {{"in this bash only", "source <(orch completion bash)"}},
      .positionals = {{.name = "SHELL",
                       .help = "the shell",
                       .required = true,
                       .choices = {"bash", "zsh", "fish"}}},
      .group = "Set up",
      .read_only = true,
      .skips_config_file = true,
      .run = run,
  };
}

}  // namespace orch::commands
