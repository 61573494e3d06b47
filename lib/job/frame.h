// The frames between a runner and a task manager (docs/frames.md). The same bytes travel in a
// pipe, a Lambda payload or a Ray call. All integers little-endian.
//   u32 length of what follows | u8 type | body
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace orch::job {

constexpr std::uint32_t kFrameVersion = 1;
constexpr std::uint32_t kMaxFrame = 64u << 20;
constexpr std::uint32_t kAllSplits = 0xFFFFFFFF;

enum class FrameType : std::uint8_t {
  version = 1,  // both ways, first: u32 version | JSON (runner: the task's configuration)
  grant = 2,  // runner: u32 split | u32 attempt | u32 count | count × (u64 index | u32 n | record)
  line = 3,   // task manager: u32 split | u64 index | u8 ok | result line without newline
  end = 4,    // task manager: u32 split; every item of the grant has had its line
  beat = 5,   // task manager: JSON counters per stage (job/stage_stats.h)
  stop = 6,   // runner: u32 split (kAllSplits: finish and exit) | task manager: kAllSplits |
              // JSON {code, message}: it cannot go on
};

struct Frame {
  FrameType type;
  std::string_view body;  // into the decoder's buffer, valid until the next call
};

struct GrantItem {
  std::uint64_t index;
  std::string_view record;
};
struct Grant {
  std::uint32_t split;
  std::uint32_t attempt;
  std::vector<GrantItem> items;
};
struct Line {
  std::uint32_t split;
  std::uint64_t index;
  bool ok;
  std::string_view text;
};

void append_version(std::string& out, std::string_view json);
void append_grant(std::string& out, const Grant& grant);
void append_line(std::string& out, const Line& line);
void append_end(std::string& out, std::uint32_t split);
void append_beat(std::string& out, std::string_view json);
void append_stop(std::string& out, std::uint32_t split, std::string_view json = {});

// Bad bodies are bad_answer errors: the other side is not what it says it is.
Result<std::string_view> read_version(std::string_view body);  // checks the number, gives the JSON
Result<Grant> read_grant(std::string_view body);
Result<Line> read_line(std::string_view body);
Result<std::uint32_t> read_end(std::string_view body);
struct Stop {
  std::uint32_t split;
  std::string_view json;
};
Result<Stop> read_stop(std::string_view body);

// Cuts a byte stream into frames.
class FrameDecoder {
 public:
  void feed(std::string_view bytes);
  // nullopt: more bytes are needed. Error: oversized or unknown frame; the stream is lost.
  Result<std::optional<Frame>> next();

 private:
  std::string buffer_;
  std::size_t start_ = 0;
};

}  // namespace orch::job
