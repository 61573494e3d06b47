// A slot: one open task manager as the runner sees it, frames in and frames out. Where it runs
// (a child process, a Lambda invocation, a Ray task) is the backend's business.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "base/result.h"

namespace orch::job {

class SlotChannel {
 public:
  virtual ~SlotChannel() = default;                // ends it at once if it still runs
  virtual void send(std::string_view frames) = 0;  // queued; never blocks
  virtual std::size_t unsent() const = 0;          // bytes still queued
  virtual void kill() = 0;                         // at once; on_closed still comes
};

struct SlotEvents {
  std::function<void(std::string_view bytes)> on_bytes;
  // The last call, never from inside open_slot or send. "" when it ended in order, else how.
  std::function<void(std::string reason)> on_closed;
};

struct SlotRequest {
  std::string job_id;
  std::string job_directory;  // for logs
  int task_manager = 1;
};

using SlotOpener =
    std::function<Result<std::unique_ptr<SlotChannel>>(const SlotRequest&, SlotEvents)>;

}  // namespace orch::job
