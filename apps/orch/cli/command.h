// The command table: everything help, completion, man pages and the parser know about a command.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/environment.h"
#include "base/result.h"
#include "output/format.h"

namespace orch::cli {

struct Invocation;

// What a value completes to in the shell.
enum class Completes { nothing, file, directory, job, name, name_or_directory, command, topic };

struct Flag {
  std::string_view name;        // "--resume"
  char letter = 0;              // 'o' for -o
  std::string_view value = {};  // "JOB"; empty: a switch
  std::string_view help = {};
  std::vector<std::string_view> choices = {};
  Completes completes = Completes::nothing;
  bool repeatable = false;
  bool hidden = false;
};

struct Positional {
  std::string_view name;  // "FILE"
  std::string_view help = {};
  Completes completes = Completes::nothing;
  bool required = false;
  std::vector<std::string_view> choices = {};
};

struct Example {
  std::string_view text;     // what it does
  std::string_view command;  // works when pasted
};

struct Command {
  std::string_view name;          // "submit", "config view"
  std::string_view summary = {};  // one line
  std::string_view details = {};  // paragraphs for --help and the man page
  std::vector<Example> examples = {};
  std::vector<Positional> positionals = {};
  std::vector<Flag> flags = {};
  std::string_view tail = {};      // "CMD…": takes what follows `--`; empty: refuses it
  std::string_view group = "Run";  // of `orch --help`: Run | Inspect | Serve | Set up
  bool hidden = false;
  bool read_only = false;  // a reader of standard output that goes away ends it silently (141)
  bool skips_config_file = false;   // works beside a broken one
  bool config_takes_pairs = false;  // `--config key=value` is the command's, any other orch's file
  std::function<Result<int>(Invocation&)> run = {};  // the exit status, or an error
};

// The commands by name; only the one asked for is built.
struct CommandEntry {
  std::string_view name;
  Command (*make)();
};
// In the order of `orch --help` (commands/all.cpp).
std::span<const CommandEntry> command_index();
// Every command, for help, completion and man pages. A positional that completes to a file brings
// `-f, --file` with it (see file_flag); a command does not list that flag itself.
const std::vector<Command>& all_commands();
// Flags every command takes, before or after its name.
const std::vector<Flag>& global_flags();
// The `-f, --file FILE` that equals the command's positional FILE; nullopt when it takes no file.
std::optional<Flag> file_flag(const Command& command);
// The command's own flags, `--file` included, without the global ones.
std::vector<Flag> own_flags(const Command& command);

using Output = output::Format;

// "jobQueueName=high": a key and a value, not a path.
bool is_config_pair(std::string_view value);

// One parsed command line.
struct Args {
  std::map<std::string, std::vector<std::string>, std::less<>> flags;  // by long name with dashes
  std::vector<std::string> positionals;
  std::vector<std::string> tail;
  bool has_tail = false;

  bool has(std::string_view flag) const;
  std::optional<std::string> get(std::string_view flag) const;  // the last one given
  std::vector<std::string> all(std::string_view flag) const;
};

}  // namespace orch::cli
