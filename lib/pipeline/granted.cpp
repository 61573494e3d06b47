#include "pipeline/granted.h"

#include <algorithm>

namespace orch::pipeline {

namespace {

// Ready for the next input; strings keep their memory.
void reset(Item& item) {
  item.text.clear();
  item.path.clear();
  item.owns_path = false;
  item.path_bytes = 0;
  item.out.clear();
  item.carried.clear();
  item.attempts = 0;
  item.retries = 0;
  item.lone_deaths = 0;
  item.single = false;
  item.spent.fill(Duration::zero());
  item.visited.fill(false);
  item.batch = nullptr;
  item.download = 0;
}

}  // namespace

Result<std::optional<std::uint32_t>> Granted::add(std::string_view body) {
  Grant& grant = grants_.emplace_back();
  grant.body = body;
  auto parsed = job::read_grant(grant.body);
  if (!parsed) {
    grants_.pop_back();
    return fail(std::move(parsed).error());
  }
  grant.split = parsed->split;
  grant.items = std::move(parsed->items);
  grant.unanswered = grant.items.size();
  waiting_ += grant.items.size();
  if (!grant.items.empty()) return std::nullopt;
  const std::uint32_t split = grant.split;
  grants_.pop_back();
  return split;
}

Item& Granted::next() {
  auto grant = std::find_if(grants_.begin(), grants_.end(),
                            [](const Grant& g) { return g.next < g.items.size(); });
  const job::GrantItem& granted = grant->items[grant->next++];
  --waiting_;
  ++live_;
  ++grant->live;
  Item* item = nullptr;
  if (free_.empty()) {
    item = &storage_.emplace_back();
  } else {
    item = free_.back();
    free_.pop_back();
    reset(*item);
  }
  item->grant = &*grant;
  item->index = granted.index;
  item->input = granted.record;
  item->meta = {};
  append(*item);
  return *item;
}

bool Granted::finish(Item& item) {
  Grant& grant = *item.grant;
  if (item.ordered) unlink(item);
  free_.push_back(&item);
  --live_;
  --grant.live;
  --grant.unanswered;
  const bool ended = !grant.revoked && grant.unanswered == 0;
  if (grant.live == 0 && grant.next == grant.items.size()) forget(grant);
  return ended;
}

void Granted::revoke(std::uint32_t split) {
  for (Item* item = oldest_; item != nullptr;) {
    Item* newer = item->newer;
    if (item->grant->split == split) unlink(*item);
    item = newer;
  }
  for (auto grant = grants_.begin(); grant != grants_.end();) {
    auto following = std::next(grant);
    if (grant->split == split && !grant->revoked) {
      grant->revoked = true;
      waiting_ -= grant->items.size() - grant->next;
      grant->next = grant->items.size();
      if (grant->live == 0) grants_.erase(grant);
    }
    grant = following;
  }
}

void Granted::append(Item& item) {
  item.older = youngest_;
  item.newer = nullptr;
  item.ordered = true;
  (youngest_ == nullptr ? oldest_ : youngest_->newer) = &item;
  youngest_ = &item;
}

void Granted::unlink(Item& item) {
  (item.older == nullptr ? oldest_ : item.older->newer) = item.newer;
  (item.newer == nullptr ? youngest_ : item.newer->older) = item.older;
  item.ordered = false;
}

void Granted::forget(Grant& grant) {
  grants_.remove_if([&](const Grant& g) { return &g == &grant; });
}

}  // namespace orch::pipeline
