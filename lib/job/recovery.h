// What a ledger finds when it opens: the checkpoint, and the lines written after it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "job/done_bitmap.h"
#include "job/log_file.h"
#include "store/store.h"

namespace orch::job {

struct Recovered {
  DoneBitmap done;
  store::Checkpoint state;  // of the log as it is now
  bool changed = false;     // the checkpoint in the store is out of date
  std::uint64_t cut = 0;    // bytes taken off the end of the log
  std::string set_aside;    // where they are; empty when they were at most a part of a line
  bool rebuilt = false;     // the checkpoint did not fit the log and was not used
};

// Replays the log after the checkpoint, or all of it when the two do not fit each other (the log
// is shorter, or was exchanged), and cuts it at the first line that is not whole, valid and new.
// What is left is on disk when this returns.
Result<Recovered> recover(LogFile& log, std::uint64_t total, const store::Checkpoint& checkpoint,
                          const std::vector<store::BitmapChunk>& chunks);

}  // namespace orch::job
