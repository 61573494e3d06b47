// Frames from the other side: any bytes, in any pieces.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "job/frame.h"
#include "job/stage_stats.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)orch::job::read_grant(bytes);
  (void)orch::job::parse_beat(bytes);
  orch::job::FrameDecoder decoder;
  constexpr std::size_t kPiece = 7;
  for (std::size_t at = 0; at < size; at += kPiece) {
    decoder.feed(bytes.substr(at, kPiece));
    while (true) {
      const auto frame = decoder.next();
      if (!frame) return 0;
      if (!*frame) break;
      (void)orch::job::read_version((*frame)->body);
      (void)orch::job::read_grant((*frame)->body);
      (void)orch::job::read_line((*frame)->body);
      (void)orch::job::read_end((*frame)->body);
      (void)orch::job::read_stop((*frame)->body);
    }
  }
  return 0;
}
