// One input on its way through the stages, and the grant it came with. Items are pooled and
// linked in place: the hot path allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "job/frame.h"

namespace orch::pipeline {

constexpr std::size_t kMaxStages = 3;  // download, preprocess, inference

struct Batch;

// A split as the runner granted it.
struct Grant {
  std::uint32_t split = 0;
  std::string body;  // the frame's body; records are views into it
  std::vector<job::GrantItem> items;
  std::size_t next = 0;        // the first item that has not entered the pipeline
  std::size_t unanswered = 0;  // items without a line
  std::size_t live = 0;        // Items that point here
  bool revoked = false;
};

struct Item {
  Grant* grant = nullptr;
  std::uint64_t index = 0;
  std::string_view input;  // raw JSON string of the record, quotes included
  std::string_view meta;   // raw JSON of the record; empty: none

  std::string text;              // the input decoded
  std::string path;              // the file a stage gets; empty: none
  bool owns_path = false;        // a temporary file of ours, charged to the budget
  std::uint64_t path_bytes = 0;  // charged for it
  std::string out;               // where the stage it is in may write its file; empty: nowhere
  std::string carried;           // raw JSON result of the stage before: the next one's meta

  int attempts = 0;                          // in the current stage
  int retries = 0;                           // of them after an error that was retryable
  int lone_deaths = 0;                       // workers that died while they held only this item
  bool single = false;                       // to be sent in a batch of its own
  std::array<Duration, kMaxStages> spent{};  // per stage of the pipeline, all attempts
  std::array<bool, kMaxStages> visited{};

  // In the queue of a stage.
  Item* next_waiting = nullptr;
  SteadyTime waiting_since{};

  // Among all items of the task manager, by age.
  Item* older = nullptr;
  Item* newer = nullptr;
  bool ordered = false;

  // In a worker (open_items.h).
  std::uint64_t id = 0;
  std::uint64_t line = 0;
  Item* previous_open = nullptr;
  Item* next_open = nullptr;
  SteadyTime started{};
  bool clocked = false;
  std::size_t line_bytes = 0;
  std::uint64_t line_end = 0;  // the worker's input has taken it when this much was written
  Batch* batch = nullptr;

  std::uint64_t download = 0;  // the downloader's id

  bool revoked() const { return grant->revoked; }
  // What a stage gets as `meta`.
  std::string_view current_meta() const { return carried.empty() ? meta : carried; }
};

// A first-in first-out queue of items, linked through the items.
class ItemQueue {
 public:
  bool empty() const { return head_ == nullptr; }
  std::size_t size() const { return size_; }
  Item* front() const { return head_; }
  void push(Item& item);
  void push_front(Item& item);
  Item& pop();
  // Takes out every item for which `unwanted` holds and passes it to `each`.
  template <class Unwanted, class Each>
  void remove_if(Unwanted unwanted, Each each) {
    ItemQueue kept;
    while (!empty()) {
      Item& item = pop();
      if (unwanted(item)) {
        each(item);
      } else {
        kept.push(item);
      }
    }
    *this = kept;
  }

 private:
  Item* head_ = nullptr;
  Item* tail_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace orch::pipeline
