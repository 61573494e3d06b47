// Asks the person at the terminal for a value that must not be seen.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::cli {

// From /dev/tty, without echo, one line; the terminal is put right again whatever happens.
// secret_unavailable when there is no terminal or nothing was typed.
Result<std::string> ask_secret(std::string_view question);

}  // namespace orch::cli
