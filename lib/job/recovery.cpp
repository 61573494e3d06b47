#include "job/recovery.h"

#include "job/log_reader.h"

namespace orch::job {
namespace {

Result<bool> ends_a_line(LogFile& log, std::uint64_t offset) {
  if (offset == 0) return true;
  char last = 0;
  const std::size_t got = ORCH_TRY(log.read(offset - 1, &last, 1));
  return got == 1 && last == '\n';
}

// True when `recovered` (from the checkpoint) can be what the log says up to the offset.
Result<bool> fits(LogFile& log, const Recovered& recovered, std::uint64_t size) {
  const store::Checkpoint& state = recovered.state;
  if (state.log_bytes > size) return false;
  const std::uint64_t set = recovered.done.count(0, recovered.done.total());
  if (set != state.ok + state.failed || (set == 0) != (state.log_bytes == 0)) return false;
  return ends_a_line(log, state.log_bytes);
}

Status replay(LogFile& log, std::uint64_t size, Recovered& recovered) {
  LogReader reader([&log](std::uint64_t offset, char* to,
                          std::size_t room) { return log.read(offset, to, room); },
                   recovered.state.log_bytes, size);
  while (const auto text = ORCH_TRY(reader.next())) {
    const auto line = read_log_line(*text);
    if (!line || line->index >= recovered.done.total() || recovered.done.has(line->index)) break;
    recovered.done.set(line->index);
    ++(line->ok ? recovered.state.ok : recovered.state.failed);
    recovered.state.log_bytes = reader.offset();
    recovered.changed = true;
  }
  return {};
}

Result<bool> holds_a_newline(LogFile& log, std::uint64_t from, std::uint64_t size) {
  LogReader reader([&log](std::uint64_t offset, char* to,
                          std::size_t room) { return log.read(offset, to, room); },
                   from, size);
  const auto line = ORCH_TRY(reader.next());
  return line.has_value();
}

Status cut(LogFile& log, std::uint64_t size, Recovered& recovered) {
  const std::uint64_t good = recovered.state.log_bytes;
  recovered.cut = size - good;
  // A torn last line is what a crash leaves. Anything else may be worth somebody's look.
  if (ORCH_TRY(holds_a_newline(log, good, size))) {
    recovered.set_aside = ORCH_TRY(log.set_aside(good));
  }
  return log.truncate(good);
}

}  // namespace

Result<Recovered> recover(LogFile& log, std::uint64_t total, const store::Checkpoint& checkpoint,
                          const std::vector<store::BitmapChunk>& chunks) {
  const std::uint64_t size = ORCH_TRY(log.size());
  Recovered recovered;
  recovered.done = DoneBitmap(total);
  recovered.state = checkpoint;
  const bool loaded = recovered.done.load(chunks);
  if (!loaded || !ORCH_TRY(fits(log, recovered, size))) {
    recovered = Recovered();
    recovered.done = DoneBitmap(total);
    recovered.done.mark_all_changed();
    recovered.rebuilt = recovered.changed = true;
  }
  ORCH_TRY(replay(log, size, recovered));
  if (recovered.state.log_bytes < size) ORCH_TRY(cut(log, size, recovered));
  // The lines replayed may have reached the page cache only before their writer died.
  if (recovered.changed || recovered.cut > 0) ORCH_TRY(log.sync());
  return recovered;
}

}  // namespace orch::job
