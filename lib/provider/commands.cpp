#include "provider/commands.h"

namespace orch::provider {

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::queued:
      return "queued";
    case RunState::starting:
      return "starting";
    case RunState::running:
      return "running";
    case RunState::succeeded:
      return "succeeded";
    case RunState::failed:
      return "failed";
    case RunState::cancelled:
      return "cancelled";
    case RunState::skipped:
      break;
  }
  return "skipped";
}

}  // namespace orch::provider
