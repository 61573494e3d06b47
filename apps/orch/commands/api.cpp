#include "commands/api.h"

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "provider/provider.h"

namespace orch::commands {

cli::Flag record_flag() {
  return {.name = "--record",
          .value = "DIR",
          .help = "keep each request and answer there for a bug report, without credentials",
          .completes = cli::Completes::directory};
}

std::vector<cli::Flag> profile_flags() {
  return {{.name = "--databricks-profile",
           .value = "NAME",
           .help = "sign in to Databricks as this profile of ~/.databrickscfg"},
          record_flag()};
}

Api::Api(cli::Invocation& run) : run_(run) {}

void Api::catch_interrupts() {
  loop_.emplace();
  loop_->on_signal(SIGINT, [this] { interrupted_ = true; });
}

bool Api::wait(Duration how_long) {
  if (!loop_) {
    std::this_thread::sleep_for(how_long);
    return true;
  }
  const SteadyTime end = system_clock().steady() + how_long;
  do {
    loop_->run_once(std::max(end - system_clock().steady(), Duration::zero()));
  } while (!interrupted_ && system_clock().steady() < end);
  return !interrupted_;
}

std::unique_ptr<http::Transport> Api::transport(http::RetryTable table) {
  http::CurlOptions options;
  if (loop_) options.stop = [this] { return !wait(Duration::zero()); };
  auto transport = http::curl_transport(run_.env, options);
  if (const auto directory = run_.args.get("--record")) {
    transport = http::recording(std::move(transport), *directory);
  }
  if (run_.options.debug) transport = http::tracing(std::move(transport), system_clock());
  return http::retrying(
      std::move(transport), std::move(table), system_clock(),
      [this](Duration pause) { return wait(pause); }, system_random());
}

Result<provider::Session> Api::dry_session(const std::string& environment,
                                           std::function<void(const http::Request&)> held) {
  const provider::Session session = ORCH_TRY(this->session(environment));
  transport_ = http::dry(std::move(transport_), std::move(held));
  return provider::Session{session.environment, *transport_, session.clock, session.cache_directory,
                           session.profile,     {},          false};
}

Result<provider::Session> Api::session(const std::string& environment) {
  const provider::Descriptor* provider = provider::find_provider(environment);
  const bool has_table = provider != nullptr && provider->retries != nullptr;
  catch_interrupts();
  transport_ = transport(has_table ? provider->retries() : http::RetryTable());
  provider::Session session{run_.env, *transport_, system_clock(),
                            ORCH_TRY(run_.state_directory()) + "/tokens"};
  session.profile = run_.args.get("--databricks-profile").value_or("");
  return session;
}

}  // namespace orch::commands
