#include "commands/runs.h"

#include <fmt/core.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/random.h"
#include "base/shell_words.h"
#include "base/text.h"
#include "commands/api.h"
#include "commands/commands.h"
#include "commands/registry.h"
#include "entrypoint/conflicts.h"
#include "ops/runs.h"

namespace orch::commands {
namespace {

using cli::Invocation;

constexpr std::string_view kPrefix = "run/";
constexpr int kUsualLimit = 20;

struct OpenedRun {
  std::unique_ptr<Remote> remote;
  store::RunRow row;
};

// --on names the orchestrator of a run that this machine has not seen.
Result<OpenedRun> open_run(Invocation& run, const std::string& id) {
  store::Store store = ORCH_TRY(open_store(run));
  const auto known = ORCH_TRY(store::find_run(store, id));
  const auto on = run.args.get("--on");
  if (!known && !on) {
    return fail(ErrorCode::not_found,
                fmt::format("this machine has not seen the run {}", printable(id)),
                "name its orchestrator with --on, or see `orch list runs`");
  }
  OpenedRun opened{ORCH_TRY(open_remote(run, on.value_or(known ? known->orchestrator : ""),
                                        known && !on ? known->registry : "")),
                   known.value_or(store::RunRow{})};
  if (known) return opened;
  opened.row.run = id;
  opened.row.registry = opened.remote->orchestrator.registry;
  opened.row.orchestrator = opened.remote->orchestrator.name;
  opened.row.token = fmt::format("seen/{}/{}", opened.row.orchestrator, id);
  opened.row.purpose = "command";
  return opened;
}

std::string run_text(const store::RunRow& row, const provider::Run& run) {
  std::string text = fmt::format("run/{}  {}  {}\n", run.id, provider::to_text(run.state),
                                 printable(row.orchestrator));
  if (!run.detail.empty()) text += fmt::format("state    {}\n", run.detail);
  if (!row.command.empty()) text += fmt::format("command  {}\n", printable(row.command));
  if (!row.url.empty()) text += fmt::format("page     {}\n", row.url);
  return text;
}

void show_state(Invocation& run, const store::RunRow& row, const provider::Run& now) {
  run.progress.show(fmt::format("run/{} on {}: {}", now.id, row.orchestrator,
                                now.detail.empty() ? provider::to_text(now.state) : now.detail));
}

Error stopped_waiting(const store::RunRow& row, ErrorCode code) {
  Error error;
  error.code = code;
  error.message = fmt::format("{}; run/{} on {} goes on",
                              code == ErrorCode::timed_out ? "the wait is over" : "stopped waiting",
                              row.run, printable(row.orchestrator));
  error.hint = fmt::format("`orch status run/{} --wait` waits for it, `orch cancel run/{}` ends it",
                           row.run, row.run);
  return error;
}

// Until it is over, --timeout or Ctrl-C.
Result<provider::Run> wait_for(Invocation& run, OpenedRun& opened) {
  Api& api = opened.remote->api;
  const auto interval = ORCH_TRY(run.duration("--poll-interval"));
  const SteadyTime begun = system_clock().steady();
  bool late = false;
  const auto wait = [&](Duration pause) {
    if (run.options.timeout) {
      const Duration left = begun + *run.options.timeout - system_clock().steady();
      late = left <= pause;
      if (late) pause = std::max(left, Duration::zero());
    }
    return api.wait(pause) && !late;
  };
  bool page_shown = !run.args.has_tail;  // of a run that this command has started
  const auto seen = [&](const provider::Run& now) {
    if (!page_shown && !now.url.empty()) log_note("its page: " + now.url);
    page_shown = page_shown || !now.url.empty();
    show_state(run, opened.row, now);
  };
  auto ended = ops::await_run(opened.row, *opened.remote->commands, opened.remote->store, wait,
                              seen, interval);
  run.progress.clear();
  const bool over = ended && provider::is_over(ended->state);
  if (over || (!ended && !api.interrupted())) return ended;
  if (api.interrupted() && run.args.has("--cancel-on-interrupt")) {
    // The first Ctrl-C asks to cancel: with connections of its own, which it does not stop.
    Api again(run);
    opened.remote->commands = ORCH_TRY(
        ops::open_commands(opened.remote->orchestrator,
                           ORCH_TRY(again.session(opened.remote->orchestrator.environment))));
    ORCH_TRY(opened.remote->commands->cancel(opened.row.run));
    opened.remote->commands.reset();
    return fail(ErrorCode::interrupted, fmt::format("run/{} is asked to stop", opened.row.run),
                fmt::format("`orch status run/{} --wait` waits for its end", opened.row.run));
  }
  return fail(stopped_waiting(opened.row, late ? ErrorCode::timed_out : ErrorCode::interrupted));
}

// Its output and its end: text to standard output, or a document and the text beside it.
Result<int> finish(Invocation& run, OpenedRun& opened, const provider::Run& ended) {
  provider::Commands::Output output;
  if (auto read = opened.remote->commands->output(ended)) {
    output = std::move(*read);
  } else {
    log_warning("its output cannot be read: " + read.error().message);
  }
  if (output.truncated) log_note("the provider kept only the end of the output");
  if (run.print.structured()) {
    ORCH_TRY(write_all(STDERR_FILENO, output.text, "standard error"));
    doc::Value value = ops::to_value(opened.row, ended);
    value.set("exit_status", output.exit_status >= 0 ? doc::Value(output.exit_status)
                             : ended.state == provider::RunState::succeeded ? doc::Value(0)
                                                                            : doc::Value());
    ORCH_TRY(run.print.document(value, [] { return std::string(); }));
  } else {
    ORCH_TRY(run.out.write(output.text));
    ORCH_TRY(run.out.flush());
  }
  if (ended.state == provider::RunState::succeeded) {
    if (ended.detail.starts_with("SUCCESS_WITH")) log_warning(ended.detail);
    return 0;
  }
  Error error = ops::failure_of(ended, opened.row);
  if (!output.error.empty()) error.details.push_back(printable(output.error));
  entrypoint::ConflictScanner scanner;
  scanner.feed(output.text + "\n" + ended.detail);
  for (std::string& hint : scanner.hints()) error.details.push_back(std::move(hint));
  return fail(std::move(error));
}

output::Listing run_listing() {
  return {.name = "runs",
          .id = "id",
          .columns = {{.key = "id", .title = "RUN"},
                      {.key = "orchestrator"},
                      {.key = "state"},
                      {.key = "created_at", .title = "CREATED"},
                      {.key = "ended_at", .title = "ENDED"},
                      {.key = "command", .elastic = true},
                      {.key = "url", .optional = true},
                      {.key = "purpose", .optional = true}},
          .empty = "no runs yet; `orch submit --on NAME -- CMD` starts one"};
}

Result<int> list_runs(Invocation& run) {
  const auto limit = static_cast<int>(ORCH_TRY(run.integer("--limit", kUsualLimit, 1, 100'000)));
  output::Listing listing = run_listing();
  std::vector<store::RunRow> rows;
  if (const auto on = run.args.get("--on")) {
    const auto remote = ORCH_TRY(open_remote(run, *on, ""));
    rows = ORCH_TRY(
        ops::list_remote_runs(remote->orchestrator, *remote->commands, remote->store, limit));
  } else if (auto store = ORCH_TRY(store::Store::open_existing(ORCH_TRY(run.state_directory())))) {
    rows = ORCH_TRY(store::runs(*store, "", "", limit));
  }
  for (const store::RunRow& row : rows) {
    if (!row.run.empty()) listing.rows.push_back(ops::to_value(row));
  }
  ORCH_TRY(run.print.list(listing));
  return 0;
}

}  // namespace

Result<std::unique_ptr<Remote>> open_remote(Invocation& run, const std::string& name,
                                            const std::string& registry) {
  auto remote = std::make_unique<Remote>(run, ORCH_TRY(open_store(run)));
  remote->orchestrator =
      ORCH_TRY(ops::remembered_orchestrator(remote->store, orchestrator_name(name), registry));
  remote->commands = ORCH_TRY(ops::open_commands(
      remote->orchestrator, ORCH_TRY(remote->api.session(remote->orchestrator.environment))));
  return remote;
}

std::vector<cli::Flag> run_flags() {
  std::vector<cli::Flag> flags = {
      {.name = "--on",
       .value = "NAME",
       .help = "the orchestrator of a run that this machine has not seen"}};
  for (cli::Flag& flag : profile_flags()) flags.push_back(flag);
  return flags;
}

std::vector<cli::Flag> wait_flags() {
  return {{.name = "--poll-interval",
           .value = "DUR",
           .help = "look at a run this often (default 1s, growing to 10s)"},
          {.name = "--cancel-on-interrupt", .help = "Ctrl-C cancels a run instead of leaving it"}};
}

Result<std::optional<std::string>> means_run(Invocation& run, std::string_view word) {
  if (word == kPrefix) {
    return fail(ErrorCode::usage, "which run is missing", "run/ID, as `orch list runs` shows it");
  }
  if (word.starts_with(kPrefix)) return std::string(word.substr(kPrefix.size()));
  auto store = ORCH_TRY(store::Store::open_existing(ORCH_TRY(run.state_directory())));
  if (!store || word.empty()) return std::nullopt;
  const auto known = ORCH_TRY(store::find_run(*store, word));
  return known ? std::optional(known->run) : std::nullopt;
}

Result<int> submit_remote(Invocation& run, const std::string& on) {
  OpenedRun opened{ORCH_TRY(open_remote(run, on, "")), {}};
  Remote& remote = *opened.remote;
  const std::string command = join_words(run.args.tail);
  if (run.options.dry_run) {
    log_note(fmt::format("would run on {} ({}): {}", printable(remote.orchestrator.name),
                         remote.orchestrator.environment, printable(command)));
    return 0;
  }
  opened.row = ORCH_TRY(ops::start_run({.command = command}, remote.orchestrator, *remote.commands,
                                       remote.store, system_clock(), system_random()));
  const std::string& id = opened.row.run;
  if (run.args.has("--detach")) {
    log_note(fmt::format("started run/{}; `orch status run/{} --wait` waits for it", id, id));
    const doc::Value value = ops::to_value(opened.row);
    ORCH_TRY(run.print.document(value, [&] { return fmt::format("{}\n", id); }));
    return 0;
  }
  log_note(fmt::format("started run/{} on {}; Ctrl-C {}", id, printable(opened.row.orchestrator),
                       run.args.has("--cancel-on-interrupt") ? "cancels it" : "leaves it running"));
  const provider::Run ended = ORCH_TRY(wait_for(run, opened));
  return finish(run, opened, ended);
}

Result<std::string> run_to_end(Invocation& run, std::unique_ptr<Remote> remote,
                               const std::string& command, const std::string& purpose) {
  OpenedRun opened{std::move(remote), {}};
  opened.row = ORCH_TRY(ops::start_run({.command = command, .purpose = purpose},
                                       opened.remote->orchestrator, *opened.remote->commands,
                                       opened.remote->store, system_clock(), system_random()));
  log_note(fmt::format("started run/{}: {}", opened.row.run, printable(command)));
  const provider::Run ended = ORCH_TRY(wait_for(run, opened));
  const auto output = ORCH_TRY(opened.remote->commands->output(ended));
  if (ended.state == provider::RunState::succeeded) return output.text;
  ORCH_TRY(write_all(STDERR_FILENO, output.text, "standard error"));
  return fail(ops::failure_of(ended, opened.row));
}

Status await_run_of(Invocation& run, Remote& remote, const std::string& id) {
  log_note(fmt::format("following run/{}", id));
  store::RunRow row = ORCH_TRY(store::find_run(remote.store, id)).value_or(store::RunRow{});
  const auto interval = ORCH_TRY(run.duration("--poll-interval"));
  const provider::Run ended = ORCH_TRY(ops::await_run(
      row, *remote.commands, remote.store, [&](Duration pause) { return remote.api.wait(pause); },
      [&](const provider::Run& now) { show_state(run, row, now); }, interval));
  run.progress.clear();
  if (!provider::is_over(ended.state)) return fail(stopped_waiting(row, ErrorCode::interrupted));
  if (ended.state == provider::RunState::succeeded) return {};
  return fail(ops::failure_of(ended, row));
}

Result<int> run_status(Invocation& run, const std::string& id) {
  OpenedRun opened = ORCH_TRY(open_run(run, id));
  const bool waits = run.args.has("--wait") || run.args.has("--watch");
  const provider::Run now =
      waits
          ? ORCH_TRY(wait_for(run, opened))
          : ORCH_TRY(ops::look_at_run(opened.row, *opened.remote->commands, opened.remote->store));
  ORCH_TRY(run.print.document(ops::to_value(opened.row, now),
                              [&] { return run_text(opened.row, now); }));
  const bool asked = run.args.has("--wait") || run.args.has("--exit-status");
  if (!asked) return 0;
  if (provider::is_over(now.state) && now.state != provider::RunState::succeeded) {
    return fail(ops::failure_of(now, opened.row));
  }
  return ops::exit_status(now);
}

Result<int> describe_run(Invocation& run, const std::string& id) {
  OpenedRun opened = ORCH_TRY(open_run(run, id));
  const provider::Run now =
      ORCH_TRY(ops::look_at_run(opened.row, *opened.remote->commands, opened.remote->store));
  const doc::Value value = ops::to_value(opened.row, now);
  ORCH_TRY(run.print.document(value, [&] { return doc::to_yaml(value); }));
  return 0;
}

Result<int> run_logs(Invocation& run, const std::string& id) {
  OpenedRun opened = ORCH_TRY(open_run(run, id));
  const provider::Run now =
      run.args.has("--follow")
          ? ORCH_TRY(wait_for(run, opened))
          : ORCH_TRY(ops::look_at_run(opened.row, *opened.remote->commands, opened.remote->store));
  const auto output = ORCH_TRY(opened.remote->commands->output(now));
  ORCH_TRY(run.out.write(output.text));
  if (output.truncated) log_note("the provider kept only the end of the output");
  if (!provider::is_over(now.state)) {
    log_note(fmt::format("run/{} is {}; the output comes when it is over", now.id,
                         provider::to_text(now.state)));
  }
  return 0;
}

Result<int> cancel_run(Invocation& run, const std::string& id) {
  OpenedRun opened = ORCH_TRY(open_run(run, id));
  if (run.options.dry_run) {
    log_note(fmt::format("would cancel run/{} on {}", id, printable(opened.row.orchestrator)));
    return 0;
  }
  const provider::Run now =
      ORCH_TRY(ops::look_at_run(opened.row, *opened.remote->commands, opened.remote->store));
  if (provider::is_over(now.state)) {
    log_note(fmt::format("run/{} is over already ({})", id, provider::to_text(now.state)));
    return 0;
  }
  ORCH_TRY(opened.remote->commands->cancel(id));
  log_note(
      fmt::format("run/{} is asked to stop; `orch status run/{} --wait` waits for it", id, id));
  return 0;
}

cli::Command list_runs_command() {
  cli::Command command;
  command.name = "list runs";
  command.summary = "list the runs of commands at orchestrators, newest first";
  command.details =
      "Those that this machine has started or seen, as they were seen last. --on asks the "
      "orchestrator's provider, also for runs that others have started.";
  command.examples = {{"what this machine has started", "orch list runs"},
                      {"what goes on there now", "orch list runs --on gpu"}};
  command.flags = {{.name = "--limit", .value = "N", .help = "at most N runs (default 20)"},
                   {.name = "--on",
                    .value = "NAME",
                    .help = "ask the provider of this orchestrator",
                    .completes = cli::Completes::name}};
  for (cli::Flag& flag : profile_flags()) command.flags.push_back(flag);
  command.group = "Inspect";
  command.read_only = true;
  command.run = list_runs;
  return command;
}

}  // namespace orch::commands
