// What the standard descriptors are connected to.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/environment.h"

namespace orch::output {

struct Terminal {
  bool stdin_tty = false;
  bool stdout_tty = false;
  bool stderr_tty = false;
  std::size_t width = 0;      // columns of standard output; 0: no limit (a pipe or a file)
  std::size_t err_width = 0;  // of standard error
  bool color = false;         // on standard output
  bool err_color = false;     // on standard error
};

// `color` is auto, always or never; NO_COLOR and TERM=dumb speak only under auto.
Terminal inspect_terminal(const EnvMap& env, std::string_view color);

enum class Style { bold, dim, red, yellow, green };
// `text` in that style when `on`, else unchanged.
std::string styled(std::string_view text, Style style, bool on);

}  // namespace orch::output
