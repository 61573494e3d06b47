#include <fmt/core.h>

#include "base/text.h"
#include "job/glob.h"
#include "job/inputs.h"

namespace orch::job {

Status read_glob(const InputSource& source, SpoolWriter& spool) {
  return expand_glob(source.base_directory, source.path, [&](std::string_view path) -> Status {
    if (const auto wrong = check_input(path); !wrong.empty()) {
      return fail(ErrorCode::invalid_file,
                  fmt::format("input.glob {}: the name of {} {}", printable(source.path),
                              printable(path), wrong),
                  "rename that file");
    }
    return spool.add_text(path);
  });
}

}  // namespace orch::job
