#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "job/scheduler.h"

using namespace orch::job;
using namespace std::chrono_literals;
using orch::SteadyTime;
using Kind = Action::Kind;

namespace {

const SteadyTime kStart{1h};

std::vector<SplitId> granted_to(const Actions& actions, SlotId slot) {
  std::vector<SplitId> splits;
  for (const Action& action : actions) {
    if (action.kind == Kind::grant && action.slot == slot) splits.push_back(action.split);
  }
  return splits;
}

int count(const Actions& actions, Kind kind) {
  int found = 0;
  for (const Action& action : actions) found += action.kind == kind ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("splits go out in order and the job is done when all ended") {
  Scheduler scheduler({.splits = 3});
  CHECK(granted_to(scheduler.slot_ready(1, kStart), 1) == std::vector<SplitId>{0, 1});
  CHECK(granted_to(scheduler.split_ended(1, 0, true, kStart), 1) == std::vector<SplitId>{});
  CHECK(granted_to(scheduler.split_ended(1, 1, true, kStart), 1) == std::vector<SplitId>{2});
  CHECK_FALSE(scheduler.done());
  scheduler.split_ended(1, 2, true, kStart);
  CHECK(scheduler.done());
}

TEST_CASE("no splits, or none missing, is done at once") {
  CHECK(Scheduler({.splits = 0}).done());
  Scheduler resumed({.splits = 2, .finished = {true, true}});
  CHECK(resumed.done());
  CHECK(resumed.slot_ready(1, kStart).empty());
}

TEST_CASE("a resume grants only what misses") {
  Scheduler scheduler({.splits = 4, .finished = {true, false, true, false}});
  CHECK(scheduler.pending() == 2);
  CHECK(granted_to(scheduler.slot_ready(1, kStart), 1) == std::vector<SplitId>{1});
  CHECK(granted_to(scheduler.split_ended(1, 1, true, kStart), 1) == std::vector<SplitId>{3});
}

TEST_CASE("the last splits are kept back for whoever is free first") {
  Scheduler scheduler({.splits = 4});
  scheduler.slot_ready(1, kStart);  // takes two: nobody else is there yet
  const Actions second = scheduler.slot_ready(2, kStart);
  CHECK(granted_to(second, 2).size() == 1);
  CHECK(scheduler.pending() == 1);
}

TEST_CASE("a quick slot is given more ahead, a slow one is not") {
  Scheduler quick({.splits = 1000, .max_prefetch = 8});
  SteadyTime now = kStart;
  quick.slot_ready(1, now);
  SplitId next = 0;
  std::size_t held = 2;
  for (int i = 0; i < 20; ++i) {
    now += 1ms;
    held += granted_to(quick.split_ended(1, next++, true, now), 1).size() - 1;
  }
  CHECK(held == 9);

  Scheduler slow({.splits = 1000, .max_prefetch = 8});
  now = kStart;
  slow.slot_ready(1, now);
  next = 0;
  held = 2;
  for (int i = 0; i < 20; ++i) {
    now += 2s;
    held += granted_to(slow.split_ended(1, next++, true, now), 1).size() - 1;
  }
  CHECK(held == 2);
}

TEST_CASE("a lost slot's splits run again elsewhere, and only the one it worked on is blamed") {
  Scheduler scheduler({.splits = 2, .retry_split = 0});
  scheduler.slot_ready(1, kStart);
  const Actions lost = scheduler.slot_lost(1, kStart);
  CHECK(count(lost, Kind::give_up) == 1);  // split 0: tried once, may be tried no more
  const Actions again = scheduler.slot_ready(2, kStart);
  REQUIRE(granted_to(again, 2) == std::vector<SplitId>{1});
  scheduler.split_ended(2, 1, true, kStart);
  CHECK(scheduler.done());
}

TEST_CASE("a split is given up after 1 + retry_split runs in vain, progress forgives") {
  Scheduler scheduler({.splits = 1, .retry_split = 2});
  SlotId slot = 0;
  for (int run = 0; run < 2; ++run) {
    scheduler.slot_ready(++slot, kStart);
    CHECK(count(scheduler.slot_lost(slot, kStart), Kind::give_up) == 0);
  }
  scheduler.slot_ready(++slot, kStart);
  scheduler.split_progress(slot, 0);
  CHECK(count(scheduler.slot_lost(slot, kStart), Kind::give_up) == 0);
  for (int run = 0; run < 2; ++run) {
    scheduler.slot_ready(++slot, kStart);
    CHECK(count(scheduler.slot_lost(slot, kStart), Kind::give_up) == 0);
  }
  scheduler.slot_ready(++slot, kStart);
  CHECK(count(scheduler.slot_lost(slot, kStart), Kind::give_up) == 1);
  CHECK(scheduler.done());
}

TEST_CASE("an end without all its lines is a run in vain, not an end") {
  Scheduler scheduler({.splits = 1, .retry_split = 1});
  scheduler.slot_ready(1, kStart);
  const Actions again = scheduler.split_ended(1, 0, false, kStart);
  REQUIRE(granted_to(again, 1) == std::vector<SplitId>{0});
  CHECK(again[0].attempt == 2);
  CHECK(count(scheduler.split_ended(1, 0, false, kStart), Kind::give_up) == 1);
}

TEST_CASE("a silent slot is ended after its lease and its splits move on") {
  Scheduler scheduler({.splits = 2, .lease = 10s});
  scheduler.slot_ready(1, kStart);
  scheduler.slot_ready(2, kStart);
  scheduler.slot_alive(2, kStart + 8s);
  const Actions actions = scheduler.tick(kStart + 11s);
  REQUIRE_FALSE(actions.empty());
  CHECK(actions[0].kind == Kind::end_slot);
  CHECK(actions[0].slot == 1);
  CHECK(scheduler.split_ended(1, 0, true, kStart + 12s).empty());  // too late: nobody's word
  CHECK(granted_to(scheduler.split_ended(2, 1, true, kStart + 12s), 2) == std::vector<SplitId>{0});
  scheduler.split_ended(2, 0, true, kStart + 12s);
  CHECK(scheduler.done());
}

TEST_CASE("speculation copies the slowest once, the first end wins, the other is revoked") {
  Scheduler scheduler({.splits = 4, .multiplier = 2, .quartile = 0.75});
  SteadyTime now = kStart;
  scheduler.slot_ready(1, now);  // 0, 1
  scheduler.slot_ready(2, now);  // 2
  now += 1s;
  scheduler.split_ended(2, 2, true, now);               // gets 3
  CHECK(count(scheduler.tick(now), Kind::grant) == 0);  // nobody free, too few ended
  scheduler.split_ended(1, 0, true, now);
  now += 1s;
  scheduler.split_ended(2, 3, true, now);
  CHECK(scheduler.tick(now).empty());  // split 1 is not slow enough yet
  now += 10s;
  const Actions copies = scheduler.tick(now);
  REQUIRE(granted_to(copies, 2) == std::vector<SplitId>{1});
  CHECK(copies[0].copy);
  CHECK(scheduler.tick(now + 10s).empty());  // one copy is enough
  const Actions won = scheduler.split_ended(2, 1, true, now + 1s);
  REQUIRE(count(won, Kind::revoke) == 1);
  CHECK(won[0].slot == 1);
  CHECK(scheduler.done());
  CHECK(scheduler.split_ended(1, 1, true, now + 20s).empty());
  CHECK(scheduler.finished() == 4);
}

TEST_CASE("speculation that is off copies nothing") {
  Scheduler scheduler({.splits = 2, .speculation = false, .quartile = 0});
  scheduler.slot_ready(1, kStart);
  scheduler.slot_ready(2, kStart);
  scheduler.split_ended(2, 1, true, kStart + 1s);
  CHECK(scheduler.tick(kStart + 1h).empty());
}

TEST_CASE("the original dies while its copy runs: the copy is enough") {
  Scheduler scheduler({.splits = 2, .retry_split = 0, .quartile = 0});
  scheduler.slot_ready(1, kStart);
  scheduler.slot_ready(2, kStart);
  scheduler.split_ended(2, 1, true, kStart + 1s);
  const Actions copies = scheduler.tick(kStart + 1min);
  CHECK(count(copies, Kind::grant) == 1);
  CHECK(count(scheduler.slot_lost(1, kStart + 1min), Kind::give_up) == 0);
  scheduler.split_ended(2, 0, true, kStart + 2min);
  CHECK(scheduler.done());
}

// Slots die, freeze, answer late, twice or in vain, in an order drawn by chance; the model checks
// that each split ends exactly once and that nothing is granted twice beside a copy.
TEST_CASE("whatever happens, every split ends once and the job ends") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    orch::SeededRandom random(seed);
    const std::uint64_t splits = 1 + random.next() % 60;
    Scheduler scheduler({.splits = splits,
                         .retry_split = static_cast<int>(random.next() % 3),
                         .speculation = random.next() % 2 == 0,
                         .quartile = 0.5,
                         .lease = 30s});
    SteadyTime now = kStart;
    std::map<SlotId, std::multiset<SplitId>> open;
    std::set<SplitId> ended;
    SlotId next_slot = 0;
    const auto apply = [&](const Actions& actions) {
      for (const Action& action : actions) {
        switch (action.kind) {
          case Kind::grant: {
            CHECK(ended.count(action.split) == 0);
            std::size_t runs = 0;
            for (const auto& [slot, held] : open) runs += held.count(action.split);
            CHECK(runs <= (action.copy ? 1u : 0u));
            open.at(action.slot).insert(action.split);
            break;
          }
          case Kind::revoke:
            open.at(action.slot).erase(action.split);
            break;
          case Kind::end_slot:
            open.erase(action.slot);
            break;
          case Kind::give_up:
            CHECK(ended.insert(action.split).second);
            break;
        }
      }
    };
    int steps = 0;
    while (!scheduler.done()) {
      REQUIRE(++steps < 20000);
      now += std::chrono::milliseconds(random.next() % 3000);
      if (open.size() < 3) {
        const SlotId slot = ++next_slot;
        open[slot];
        apply(scheduler.slot_ready(slot, now));
      }
      apply(scheduler.tick(now));
      if (open.empty()) continue;
      auto chosen = open.begin();
      std::advance(chosen, static_cast<long>(random.next() % open.size()));
      const SlotId slot = chosen->first;
      scheduler.slot_alive(slot, now);
      const auto dice = random.next() % 100;
      if (dice < 5) {
        open.erase(slot);
        apply(scheduler.slot_lost(slot, now));
      } else if (!chosen->second.empty()) {
        const SplitId split = *chosen->second.begin();
        if (dice < 50) scheduler.split_progress(slot, split);
        const bool complete = dice < 85;
        chosen->second.erase(split);
        const bool counted = complete && ended.insert(split).second;
        CHECK(counted == complete);
        apply(scheduler.split_ended(slot, split, complete, now));
      }
    }
    CHECK(ended.size() == splits);
    CHECK(scheduler.finished() == splits);
  }
}
