#include "job/results.h"

#include <unistd.h>

#include <cerrno>
#include <memory>

namespace orch::job {
namespace {

LogReader read_from(std::shared_ptr<const Fd> file, const std::string& path, std::uint64_t end) {
  const auto read = [file = std::move(file), path](std::uint64_t offset, char* to,
                                                   std::size_t size) -> Result<std::size_t> {
    for (;;) {
      const ssize_t got = ::pread(file->get(), to, size, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return fail(read_error("read", path, errno));
    }
  };
  return LogReader(read, 0, end);
}

bool has_failed(std::string_view line) {
  const auto said = read_log_line(line);
  return said && !said->ok;
}

}  // namespace

Result<ResultReader> ResultReader::open(const std::string& path, ResultFilter filter) {
  auto file = std::make_shared<const Fd>(ORCH_TRY(open_read(path)));
  return ResultReader(read_from(std::move(file), path, 0), filter);
}

Status ResultReader::read(std::uint64_t end,
                          const std::function<Status(std::string_view lines)>& each) {
  reader_.extend(end);
  if (filter_ == ResultFilter::all) {
    for (;;) {
      const std::string_view lines = ORCH_TRY(reader_.next_block());
      if (lines.empty()) return {};
      ORCH_TRY(each(lines));
    }
  }
  while (const auto line = ORCH_TRY(reader_.next())) {
    // The newline stands behind the line in the reader's block.
    if (has_failed(*line)) ORCH_TRY(each({line->data(), line->size() + 1}));
  }
  return {};
}

Result<std::vector<std::string>> first_failed(const std::string& results_path, std::size_t most) {
  auto file = std::make_shared<const Fd>(ORCH_TRY(open_read(results_path)));
  LogReader reader = read_from(std::move(file), results_path, kWholeLog);
  std::vector<std::string> found;
  while (found.size() < most) {
    const auto line = ORCH_TRY(reader.next());
    if (!line) break;
    if (has_failed(*line)) found.emplace_back(*line);
  }
  return found;
}

}  // namespace orch::job
