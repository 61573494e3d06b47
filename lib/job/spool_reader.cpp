#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <vector>

#include "job/spool.h"
#include "job/spool_writer.h"

namespace orch::job {
namespace {

constexpr std::uint64_t kOffsetSize = sizeof(std::uint64_t);
constexpr std::uint64_t kOffsetsAtOnce = 4096;
constexpr std::uint64_t kBytesAtOnce = 1u << 20;

Error damaged(std::string_view what) {
  return {ErrorCode::state_unusable,
          fmt::format("the job's spool of inputs is damaged: {}", what),
          "submit the job again",
          {},
          {},
          {}};
}

Status read_at(const Fd& file, std::uint64_t offset, std::span<char> into) {
  while (!into.empty()) {
    const ssize_t got = ::pread(file.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return fail(ErrorCode::state_unusable, errno_text("cannot read", "the spool", errno));
    }
    if (got == 0) return fail(damaged("it is shorter than its index says"));
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<std::uint64_t> size_of(const Fd& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    return fail(ErrorCode::state_unusable, errno_text("cannot read", "the spool", errno));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Where records `begin` to `end` start, and where the last one ends.
Result<std::vector<std::uint64_t>> read_offsets(const Fd& index, std::uint64_t begin,
                                                std::uint64_t end) {
  std::vector<std::uint64_t> offsets(end - begin + 1);
  const std::span<char> bytes(reinterpret_cast<char*>(offsets.data()),
                              offsets.size() * kOffsetSize);
  ORCH_TRY(read_at(index, begin * kOffsetSize, bytes));
  // Every record holds at least {"input":""} and its newline.
  for (std::size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] <= offsets[i - 1]) return fail(damaged("its index does not ascend"));
  }
  return offsets;
}

// The last record of those from `first` that fit into one read; at least `first` itself.
std::size_t fitting(const std::vector<std::uint64_t>& offsets, std::size_t first) {
  const auto beyond = std::upper_bound(offsets.begin() + static_cast<std::ptrdiff_t>(first) + 1,
                                       offsets.end(), offsets[first] + kBytesAtOnce);
  const auto last = static_cast<std::size_t>(beyond - offsets.begin()) - 1;
  return std::max(last, first + 1);
}

}  // namespace

Result<SpoolReader> SpoolReader::open(const std::string& directory) {
  Fd data = ORCH_TRY(open_read(spool_data_path(directory)));
  Fd index = ORCH_TRY(open_read(spool_index_path(directory)));
  const std::uint64_t index_size = ORCH_TRY(size_of(index));
  if (index_size < kOffsetSize || index_size % kOffsetSize != 0) {
    return fail(damaged("its index has an odd length"));
  }
  const std::uint64_t size = index_size / kOffsetSize - 1;
  const auto end = ORCH_TRY(read_offsets(index, size, size));
  if (end[0] != ORCH_TRY(size_of(data))) {
    return fail(damaged("its length is not what its index says"));
  }
  return SpoolReader(std::move(data), std::move(index), size);
}

Status SpoolReader::read(std::uint64_t begin, std::uint64_t end,
                         const std::function<void(std::uint64_t, std::string_view)>& each) const {
  if (begin > end || end > size_) {
    return fail(ErrorCode::bug, fmt::format("inputs {} to {} of {} asked for", begin, end, size_));
  }
  std::string buffer;
  for (std::uint64_t at = begin; at < end;) {
    const std::uint64_t stop = std::min(end, at + kOffsetsAtOnce);
    const auto offsets = ORCH_TRY(read_offsets(index_, at, stop));
    const std::size_t count = offsets.size() - 1;
    for (std::size_t first = 0; first < count;) {
      const std::size_t last = fitting(offsets, first);
      buffer.resize(offsets[last] - offsets[first]);
      ORCH_TRY(read_at(data_, offsets[first], buffer));
      for (; first < last; ++first) {
        const std::size_t start = offsets[first] - (offsets[last] - buffer.size());
        const std::size_t length = offsets[first + 1] - offsets[first] - 1;
        each(at + first, std::string_view(buffer).substr(start, length));
      }
    }
    at = stop;
  }
  return {};
}

}  // namespace orch::job
