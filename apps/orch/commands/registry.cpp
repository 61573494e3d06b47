#include "commands/registry.h"

#include <fmt/core.h>

#include "base/log.h"
#include "base/text.h"
#include "cli/ask_secret.h"

namespace orch::commands {

std::vector<cli::Flag> registry_flags() {
  return {{.name = "--registry",
           .value = "R",
           .help = "the registry: this machine's or FiftyOne's",
           .choices = {"fiftyone", "local"}},
          {.name = "--api-uri", .value = "URL", .help = "the address of FiftyOne's API"},
          {.name = "--python",
           .value = "PATH",
           .help = "the interpreter that has FiftyOne's management SDK",
           .completes = cli::Completes::file},
          {.name = "--allow-insecure-http",
           .help = "let secrets travel over http to a FiftyOne API that is not on this machine"}};
}

std::vector<cli::Flag> with_registry(std::vector<cli::Flag> flags) {
  for (cli::Flag& flag : registry_flags()) flags.push_back(flag);
  return flags;
}

Result<store::Store> open_store(cli::Invocation& run) {
  return store::Store::open(ORCH_TRY(run.state_directory()));
}

ops::RegistryRequest registry_request(cli::Invocation& run) {
  ops::RegistryRequest request;
  request.asked = run.args.get("--registry").value_or("");
  request.api_uri = run.args.get("--api-uri").value_or("");
  request.python = run.args.get("--python").value_or("");
  request.allow_insecure_http = run.args.has("--allow-insecure-http");
  // It takes seconds: said to a person, not to a log.
  if (run.terminal.stderr_tty) request.note = [](std::string_view text) { log_note(text); };
  request.warn = [](std::string_view text) { log_warning(text); };
  return request;
}

Result<std::unique_ptr<control::Registry>> open_registry(cli::Invocation& run, store::Store& store,
                                                         const WantedRegistry& wanted) {
  ops::RegistryRequest request = registry_request(run);
  if (request.asked.empty()) request.asked = wanted.asked;
  request.name = wanted.name;
  request.environment = wanted.environment;
  return ops::open_registry(request, store, run.env, system_clock());
}

std::string orchestrator_name(std::string_view argument) {
  constexpr std::string_view kPrefix = "orchestrator/";
  return std::string(argument.starts_with(kPrefix) ? argument.substr(kPrefix.size()) : argument);
}

Result<control::Orchestrator> find_orchestrator(control::Registry& registry,
                                                const std::string& name) {
  auto found = ORCH_TRY(registry.find(name));
  if (found) return std::move(*found);
  const auto known = ORCH_TRY(registry.list());
  const auto meant = nearest(name, known);
  return fail(ErrorCode::not_found,
              fmt::format("{} has no orchestrator {}{}", registry.traits().where, printable(name),
                          meant ? fmt::format("; did you mean {}?", *meant) : ""),
              "`orch list orchestrators` shows what exists");
}

secrets::Reader secret_reader(cli::Invocation& run) {
  secrets::Reader reader{run.env, {}};
  if (!run.options.no_input) {
    reader.prompt = [](std::string_view question) { return cli::ask_secret(question); };
  }
  return reader;
}

}  // namespace orch::commands
