#include "job/result_line.h"

#include <fmt/core.h>

#include "doc/value.h"

namespace orch::job {

std::string failed_line(const FailedLine& line) {
  std::string out = fmt::format(R"({{"index":{},"input":{},"status":"failed","error":{{"code":)",
                                line.index, line.input);
  doc::append_json_string(out, line.code);
  out += R"(,"message":)";
  doc::append_json_string(out, line.message);
  out += fmt::format(R"(,"attempts":{}}},"split":{},"task_manager":{},"ms":{{}}}})", line.attempts,
                     line.split, line.task_manager);
  return out;
}

}  // namespace orch::job
