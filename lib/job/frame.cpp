#include "job/frame.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>

namespace orch::job {
namespace {

static_assert(std::endian::native == std::endian::little,
              "frames are little-endian; a big-endian machine needs byte swaps here");

template <class T>
void append_integer(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// Takes integers and byte runs off the front of a body.
class Cursor {
 public:
  explicit Cursor(std::string_view body) : rest_(body) {}

  template <class T>
  bool take(T& value) {
    if (rest_.size() < sizeof(T)) return false;
    std::memcpy(&value, rest_.data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    return true;
  }
  bool take(std::size_t count, std::string_view& bytes) {
    if (rest_.size() < count) return false;
    bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::bad_answer, fmt::format("a malformed {} frame came", what),
              "both sides must be orch of the same version");
}

// Starts a frame and, when it goes out of scope, writes its length in front.
class FrameWriter {
 public:
  FrameWriter(std::string& out, FrameType type) : out_(out), start_(out.size()) {
    append_integer(out_, std::uint32_t{0});
    append_integer(out_, static_cast<std::uint8_t>(type));
  }
  ~FrameWriter() {
    const auto length = static_cast<std::uint32_t>(out_.size() - start_ - sizeof(std::uint32_t));
    std::memcpy(out_.data() + start_, &length, sizeof length);
  }
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

 private:
  std::string& out_;
  std::size_t start_;
};

}  // namespace

void append_version(std::string& out, std::string_view json) {
  const FrameWriter frame(out, FrameType::version);
  append_integer(out, kFrameVersion);
  out += json;
}

void append_grant(std::string& out, const Grant& grant) {
  const FrameWriter frame(out, FrameType::grant);
  append_integer(out, grant.split);
  append_integer(out, grant.attempt);
  append_integer(out, static_cast<std::uint32_t>(grant.items.size()));
  for (const GrantItem& item : grant.items) {
    append_integer(out, item.index);
    append_integer(out, static_cast<std::uint32_t>(item.record.size()));
    out += item.record;
  }
}

void append_line(std::string& out, const Line& line) {
  const FrameWriter frame(out, FrameType::line);
  append_integer(out, line.split);
  append_integer(out, line.index);
  append_integer(out, static_cast<std::uint8_t>(line.ok ? 1 : 0));
  out += line.text;
}

void append_end(std::string& out, std::uint32_t split) {
  const FrameWriter frame(out, FrameType::end);
  append_integer(out, split);
}

void append_beat(std::string& out, std::string_view json) {
  const FrameWriter frame(out, FrameType::beat);
  out += json;
}

void append_stop(std::string& out, std::uint32_t split, std::string_view json) {
  const FrameWriter frame(out, FrameType::stop);
  append_integer(out, split);
  out += json;
}

Result<std::string_view> read_version(std::string_view body) {
  Cursor cursor(body);
  std::uint32_t version = 0;
  if (!cursor.take(version)) return malformed("version");
  if (version != kFrameVersion) {
    return fail(
        ErrorCode::bad_answer,
        fmt::format("the other side speaks frame version {}, this orch {}", version, kFrameVersion),
        "use the same orch version on both sides");
  }
  return cursor.rest();
}

Result<Grant> read_grant(std::string_view body) {
  Cursor cursor(body);
  Grant grant{};
  std::uint32_t count = 0;
  if (!cursor.take(grant.split) || !cursor.take(grant.attempt) || !cursor.take(count)) {
    return malformed("grant");
  }
  constexpr std::size_t kSmallestItem = sizeof(std::uint64_t) + sizeof(std::uint32_t);
  if (count > cursor.rest().size() / kSmallestItem) return malformed("grant");
  grant.items.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    GrantItem item{};
    std::uint32_t length = 0;
    if (!cursor.take(item.index) || !cursor.take(length) || !cursor.take(length, item.record)) {
      return malformed("grant");
    }
    grant.items.push_back(item);
  }
  if (!cursor.rest().empty()) return malformed("grant");
  return grant;
}

Result<Line> read_line(std::string_view body) {
  Cursor cursor(body);
  Line line{};
  std::uint8_t ok = 0;
  if (!cursor.take(line.split) || !cursor.take(line.index) || !cursor.take(ok) || ok > 1) {
    return malformed("line");
  }
  line.ok = ok == 1;
  line.text = cursor.rest();
  return line;
}

Result<std::uint32_t> read_end(std::string_view body) {
  Cursor cursor(body);
  std::uint32_t split = 0;
  if (!cursor.take(split) || !cursor.rest().empty()) return malformed("end");
  return split;
}

Result<Stop> read_stop(std::string_view body) {
  Cursor cursor(body);
  Stop stop{};
  if (!cursor.take(stop.split)) return malformed("stop");
  stop.json = cursor.rest();
  return stop;
}

void FrameDecoder::feed(std::string_view bytes) {
  // Dropping what was read only here keeps the views of the last frame valid until now.
  if (start_ == buffer_.size()) {
    buffer_.clear();
    start_ = 0;
  } else if (start_ > buffer_.size() / 2) {
    buffer_.erase(0, start_);
    start_ = 0;
  }
  buffer_ += bytes;
}

Result<std::optional<Frame>> FrameDecoder::next() {
  Cursor cursor(std::string_view(buffer_).substr(start_));
  std::uint32_t length = 0;
  if (!cursor.take(length)) return std::nullopt;
  if (length == 0 || length > kMaxFrame) {
    return fail(ErrorCode::bad_answer, fmt::format("a frame of {} bytes came", length),
                "the stream is no orch frame stream: something else wrote to it");
  }
  std::string_view content;
  if (!cursor.take(length, content)) return std::nullopt;
  const auto type = static_cast<std::uint8_t>(content.front());
  if (type < static_cast<std::uint8_t>(FrameType::version) ||
      type > static_cast<std::uint8_t>(FrameType::stop)) {
    return fail(ErrorCode::bad_answer, fmt::format("a frame of unknown type {} came", type),
                "use the same orch version on both sides");
  }
  start_ += sizeof length + length;
  return Frame{static_cast<FrameType>(type), content.substr(1)};
}

}  // namespace orch::job
