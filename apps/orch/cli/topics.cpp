#include "cli/topics.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/topic_texts.h"
#include "cli/wrap.h"

namespace orch::cli {
namespace {

struct StatusMeaning {
  int status;
  std::string_view meaning;
};

constexpr StatusMeaning kStatuses[] = {
    {0, "done"},
    {1, "another failure"},
    {2, "usage, or a file or setting that is missing, unreadable or invalid"},
    {3, "the work ran and failed (also when every input failed)"},
    {4, "not authenticated, or not permitted"},
    {5, "no such job, orchestrator, run, secret, or thing at the provider"},
    {6, "exists already, changed meanwhile, or locked by another orch"},
    {7, "timed out waiting; the work may go on"},
    {8, "partly failed"},
    {9, "still running (status --exit-status)"},
    {10, "the host cannot be reached"},
    {11, "the remote side failed, throttled or answered nonsense after retries"},
    {12, "differences, or failed checks"},
    {13, "done, but not confirmed"},
    {70, "a bug in orch"},
    {74, "output could not be written: disk full, closed"},
    {130, "interrupted (Ctrl-C)"},
    {141, "the reader of standard output went away (commands that only read)"},
    {143, "terminated"},
};

std::string codes_of(int status) {
  std::string codes;
  for (const ErrorTraits& code : all_error_codes()) {
    if (code.exit_status != status) continue;
    codes += codes.empty() ? "" : ", ";
    codes += code.name;
  }
  return codes;
}

std::string exit_codes_text() {
  TermList list;
  for (const auto& [status, meaning] : kStatuses) {
    const std::string codes = codes_of(status);
    list.add(std::to_string(status),
             std::string(meaning) + (codes.empty() ? "" : "; codes: " + codes));
  }
  return "Exit statuses:\n" + list.render() + "\nserve-entrypoint command:\n  " +
         wrap(
             "passes the status of its child on: 128 plus the number for a signal, 126 when the "
             "command cannot be run, 127 when it is not found.",
             2) +
         "\n\nAny other status means failure. Under -o json an error carries its code.\n";
}

std::string flags_text() {
  TermList list;
  for (const Flag& flag : global_flags()) list.add(flag_term(flag), flag_text(flag));
  return "Flags of every command, before or after its name:\n" + list.render();
}

constexpr Topic kTopics[] = {
    {"flags", "the flags that every command takes", flags_text},
    {"output", "formats, columns, colour, errors for programs", output_topic},
    {"exit-codes", "what an exit status means", exit_codes_text},
    {"names", "how jobs and files are named", names_topic},
    {"files", "where orch keeps things", files_topic},
    {"environment", "the variables that orch reads", environment_topic},
    {"jobs", "the job file", jobs_topic},
    {"credentials", "where tokens, ids and keys are found, and how to hand them over",
     credentials_topic},
    {"worker", "the worker protocol: how your program gets its inputs", worker_topic},
};

}  // namespace

std::span<const Topic> all_topics() { return kTopics; }

const Topic* find_topic(std::string_view name) {
  const auto* found = std::find_if(std::begin(kTopics), std::end(kTopics),
                                   [&](const Topic& topic) { return topic.name == name; });
  return found == std::end(kTopics) ? nullptr : found;
}

}  // namespace orch::cli
