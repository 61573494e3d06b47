#include "conformance/toy_provider.h"

#include <fmt/core.h>

#include <deque>

#include "doc/json_slice.h"
#include "job/frame.h"
#include "job/result_line.h"
#include "job/stage_stats.h"

namespace orch::toy {
namespace {

// Answers a few inputs a turn, so that revokes, kills and stops meet work that is under way.
constexpr int kItemsATurn = 4;

struct Item {
  std::uint32_t split;
  std::uint64_t index;
  std::string input;  // raw JSON
};

class ToySlot : public job::SlotChannel {
 public:
  ToySlot(Loop& loop, int task_manager, job::SlotEvents events)
      : loop_(loop), task_manager_(task_manager), events_(std::move(events)) {
    turn_ = loop_.after(Duration::zero(), [this] { work(); });
  }
  ~ToySlot() override { loop_.cancel(turn_); }

  void send(std::string_view frames) override { decoder_.feed(frames); }
  std::size_t unsent() const override { return 0; }
  void kill() override { killed_ = true; }

 private:
  void work() {
    while (true) {
      auto frame = decoder_.next();
      if (!frame) return close("sent nonsense");
      if (!*frame) break;
      take(**frame);
    }
    if (killed_) return close("signal 9 (Killed)");
    for (int i = 0; i < kItemsATurn && !items_.empty(); ++i) {
      const Item item = std::move(items_.front());
      items_.pop_front();
      if (item.input == "\"die\"" && !died_before_) {
        died_before_ = true;
        return close("signal 11 (Segmentation fault)");
      }
      answer(item);
    }
    if (!out_.empty()) {
      const std::string bytes = std::move(out_);
      out_.clear();
      events_.on_bytes(bytes);
    }
    if (stopping_ && items_.empty()) return close("");
    turn_ = loop_.after(std::chrono::milliseconds(1), [this] { work(); });
  }

  void take(const job::Frame& frame) {
    if (frame.type == job::FrameType::version) {
      job::append_version(out_, "{}");
    } else if (frame.type == job::FrameType::grant) {
      const auto grant = job::read_grant(frame.body);
      for (const job::GrantItem& item : grant->items) {
        const auto slices = doc::slice_object(item.record);
        items_.push_back({grant->split, item.index, std::string(slices->find("input"))});
      }
      open_[grant->split] = grant->items.size();
    } else if (frame.type == job::FrameType::stop) {
      const auto stop = job::read_stop(frame.body);
      if (stop->split == job::kAllSplits) stopping_ = true;
      std::erase_if(items_, [&](const Item& item) { return item.split == stop->split; });
    }
  }

  void answer(const Item& item) {
    const bool ok = item.input != "\"fail\"";
    std::string line;
    if (ok) {
      line = fmt::format(
          R"({{"index":{},"input":{},"status":"ok","result":{{"echo":{}}},"split":{},"task_manager":{},"ms":{{}}}})",
          item.index, item.input, item.input, item.split, task_manager_);
    } else {
      line = job::failed_line({.index = item.index,
                               .input = item.input,
                               .code = "worker_error",
                               .message = "told to fail",
                               .attempts = 1,
                               .split = item.split,
                               .task_manager = task_manager_});
    }
    job::append_line(out_, {.split = item.split, .index = item.index, .ok = ok, .text = line});
    if (--open_[item.split] == 0) job::append_end(out_, item.split);
  }

  void close(std::string reason) {
    // Its owner destroys this slot inside on_closed.
    const auto on_closed = std::move(events_.on_closed);
    on_closed(std::move(reason));
  }

  inline static bool died_before_ = false;
  Loop& loop_;
  int task_manager_;
  job::SlotEvents events_;
  job::FrameDecoder decoder_;
  std::deque<Item> items_;
  std::map<std::uint32_t, std::size_t> open_;
  std::string out_;
  bool stopping_ = false;
  bool killed_ = false;
  Loop::TimerId turn_ = 0;
};

class ToyBackend : public provider::SplitBackend {
 public:
  ToyBackend() {
    traits_.name = "toy";
    traits_.default_task_managers = 3;
  }
  const job::BackendTraits& traits() const override { return traits_; }
  Result<std::unique_ptr<job::SlotChannel>> open_slot(Loop& loop, const job::SlotRequest& request,
                                                      job::SlotEvents events) override {
    return std::make_unique<ToySlot>(loop, request.task_manager, std::move(events));
  }

 private:
  job::BackendTraits traits_;
};

}  // namespace

provider::Descriptor toy_provider() {
  return {.id = "toy",
          .summary = "answers by itself",
          .splits = [](const EnvMap&) -> std::unique_ptr<provider::SplitBackend> {
            return std::make_unique<ToyBackend>();
          }};
}

}  // namespace orch::toy
