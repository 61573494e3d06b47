#include "commands/api.h"

#include <thread>

#include "base/clock.h"
#include "base/random.h"

namespace orch::commands {

cli::Flag record_flag() {
  return {.name = "--record",
          .value = "DIR",
          .help = "keep each request and answer there for a bug report, without credentials",
          .completes = cli::Completes::directory};
}

std::unique_ptr<http::Transport> api_transport(cli::Invocation& run, http::RetryTable table) {
  auto transport = http::curl_transport(run.env);
  if (const auto directory = run.args.get("--record")) {
    transport = http::recording(std::move(transport), *directory);
  }
  if (run.options.debug) transport = http::tracing(std::move(transport), system_clock());
  return http::retrying(
      std::move(transport), std::move(table), system_clock(),
      [](Duration wait) { std::this_thread::sleep_for(wait); }, system_random());
}

}  // namespace orch::commands
