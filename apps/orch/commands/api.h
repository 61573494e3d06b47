// How commands reach the APIs of providers.
#pragma once

#include <memory>
#include <vector>

#include "cli/invocation.h"
#include "http/api.h"

namespace orch::commands {

// --record, of every command that sends requests itself.
cli::Flag record_flag();

// libcurl, under the retry engine with the provider's table; --debug traces each attempt and
// --record keeps it. Uses the process's clock and random numbers.
std::unique_ptr<http::Transport> api_transport(cli::Invocation& run, http::RetryTable table = {});

}  // namespace orch::commands
