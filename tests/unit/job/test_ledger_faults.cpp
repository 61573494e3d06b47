// Whatever fails and whenever the power goes: what was shown is there after recovery, once, whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/text.h"
#include "job/ledger.h"
#include "job/log_reader.h"
#include "ledger_support.h"
#include "simulated_disk.h"

namespace orch::job {
namespace {

using namespace std::chrono_literals;
using Fault = SimulatedDisk::Fault;

constexpr std::uint64_t kTotal = 140'000;  // three pieces of the bitmap
constexpr std::size_t kInputs = 60;        // of them are used

struct World {
  SeededRandom random;
  LedgerDirectory directory;
  store::Store store = store_with_job(directory, kTotal);
  ManualClock clock;
  SimulatedDisk disk;
  LedgerOptions options = ledger_options(directory, kTotal);
  std::vector<std::uint64_t> inputs;
  std::string shown;

  explicit World(std::uint64_t seed) : random(seed) {
    options.group_lines = 1 + below(8);
    options.group_bytes = 50 + below(1000);
    options.checkpoint_every = std::chrono::milliseconds(below(200));
    for (std::size_t i = 0; i < kInputs; ++i) inputs.push_back(i * kTotal / kInputs);
  }

  std::uint64_t below(std::uint64_t limit) { return random.next() % limit; }

  Result<Ledger> open() {
    return Ledger::open(
        store, options, clock,
        [this](std::string_view lines) {
          shown += lines;
          return Status();
        },
        std::make_unique<SimulatedLogFile>(disk, random));
  }

  // Some of the job's work; ends early at the first error, which it returns.
  Status work(Ledger& ledger) {
    for (std::uint64_t steps = below(60); steps > 0; --steps) {
      clock.advance(std::chrono::milliseconds(below(30)));
      const std::uint64_t index = inputs[below(inputs.size())];
      const bool ok = below(3) != 0;
      ORCH_TRY(ledger.offer(index, ok, result_line(index, ok)));
      if (below(5) == 0) ORCH_TRY(ledger.commit());
      if (below(20) == 0) ORCH_TRY(ledger.checkpoint());
    }
    return {};
  }

  std::pair<store::Checkpoint, std::vector<store::BitmapChunk>> checkpoint() {
    return {store.read_checkpoint("j-1").value(), store.read_bitmap("j-1").value()};
  }
};

// The outcome by input; fails the test at a line that is not whole, valid and new.
std::map<std::uint64_t, bool> outcomes(const std::string& log) {
  std::map<std::uint64_t, bool> found;
  std::string_view rest = log;
  while (!rest.empty()) {
    const std::size_t newline = rest.find('\n');
    REQUIRE(newline != rest.npos);
    const auto line = read_log_line(rest.substr(0, newline));
    REQUIRE(line);
    REQUIRE(found.emplace(line->index, line->ok).second);
    rest.remove_prefix(newline + 1);
  }
  return found;
}

void check_agreement(World& world, const Ledger& ledger) {
  const auto found = outcomes(world.disk.data);
  const auto ok = static_cast<std::uint64_t>(
      std::count_if(found.begin(), found.end(), [](const auto& line) { return line.second; }));
  REQUIRE(ledger.counters().ok == ok);
  REQUIRE(ledger.counters().failed == found.size() - ok);
  REQUIRE(ledger.bytes() == world.disk.data.size());
  for (const std::uint64_t index : world.inputs) {
    REQUIRE(ledger.has(index) == found.contains(index));
  }
  REQUIRE(ledger.missing(0, kTotal) == kTotal - found.size());
  REQUIRE(world.disk.synced == world.disk.data.size());
}

void check_shown(World& world) {
  for (const std::string_view line : split(world.shown, '\n')) {
    if (line.empty()) continue;
    REQUIRE(world.disk.data.find(std::string(line) + "\n") != std::string::npos);
  }
}

void check_refusal(World& world, Ledger& ledger, const Error& error, std::uint64_t done) {
  REQUIRE(error.code == ErrorCode::output_failed);
  const std::string seen = world.shown;
  REQUIRE(ledger.counters().done() == done);
  REQUIRE(ledger.offer(kTotal - 1, true, result_line(kTotal - 1)).error().message == error.message);
  REQUIRE(!ledger.commit());
  REQUIRE(!ledger.checkpoint());
  REQUIRE(world.shown == seen);
}

// A run that something ends: a fault of the disk, a kill, or the power.
void run_and_crash(World& world) {
  const auto fault = static_cast<Fault>(world.below(4));
  const auto before = world.checkpoint();
  world.disk.arm(static_cast<int>(world.below(40)), fault, world.below(2) == 0);
  std::optional<Ledger> ledger;
  if (auto opened = world.open())
    ledger.emplace(std::move(*opened));  // recovery may meet the fault too
  if (ledger) {
    const Status worked = world.work(*ledger);
    if (!worked) {
      const auto lines = static_cast<std::uint64_t>(
          std::count(world.disk.data.begin(),
                     world.disk.data.begin() + static_cast<std::ptrdiff_t>(ledger->bytes()), '\n'));
      check_refusal(world, *ledger, worked.error(), lines);
    } else if (!world.disk.dead) {
      check_shown(world);
    }
  }
  ledger.reset();
  const bool power = fault == Fault::power_loss || world.below(3) == 0;
  world.disk.disarm();
  if (!power) return;
  world.disk.lose_power(world.random);
  // The store syncs progress now and then only: its last checkpoints may be gone as well.
  if (world.below(2) == 0) {
    auto chunks = before.second;
    for (const auto& chunk : world.checkpoint().second) {
      const auto same = [&](const auto& known) { return known.chunk == chunk.chunk; };
      if (std::none_of(chunks.begin(), chunks.end(), same)) {
        chunks.push_back({chunk.chunk, std::string(chunk.bits.size(), '\0')});
      }
    }
    REQUIRE(world.store.write_checkpoint("j-1", before.first, chunks));
  }
}

}  // namespace

TEST_CASE("after any crash what was shown is there, once and whole, and counted") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    World world(seed);
    for (int crash = 0; crash < 6; ++crash) {
      CAPTURE(crash);
      run_and_crash(world);
      const Ledger ledger = world.open().value();
      check_agreement(world, ledger);
      check_shown(world);
      const store::Checkpoint saved = world.store.read_checkpoint("j-1").value();
      REQUIRE(saved.log_bytes == ledger.bytes());
      REQUIRE(saved.ok == ledger.counters().ok);
    }
    Ledger ledger = world.open().value();
    for (const std::uint64_t index : world.inputs) {
      if (!ledger.has(index)) REQUIRE(ledger.offer(index, true, result_line(index)).value());
    }
    REQUIRE(ledger.checkpoint());
    REQUIRE(ledger.counters().done() == kInputs);
    check_agreement(world, ledger);
    check_shown(world);
  }
}

TEST_CASE("a sync that fails: the group is neither counted, shown nor left in the log") {
  for (const Fault fault : {Fault::no_space, Fault::io_error}) {
    World world(1);
    world.options.group_lines = 1000;
    world.options.group_bytes = 1 << 20;
    world.options.checkpoint_every = 1h;
    Ledger ledger = world.open().value();
    REQUIRE(ledger.offer(0, true, result_line(0)));
    REQUIRE(ledger.commit());
    const std::string good = world.disk.data;
    world.disk.arm(1, fault, false);  // the append succeeds, the sync does not
    REQUIRE(ledger.offer(1, true, result_line(1)));
    const Status status = ledger.commit();
    REQUIRE(!status);
    CHECK(status.error().message == (fault == Fault::no_space
                                         ? "cannot write log: No space left on device"
                                         : "cannot write log: Input/output error"));
    CHECK(status.error().details.empty());
    CHECK(world.disk.data == good);
    CHECK(world.shown == good);
    check_refusal(world, ledger, status.error(), 1);
    // The checkpoint then tells what is on disk, and not what was lost.
    CHECK(!ledger.has(1));
    CHECK(!ledger.checkpoint());
    const store::Checkpoint checkpoint = world.store.read_checkpoint("j-1").value();
    CHECK(checkpoint.ok == 1);
    CHECK(checkpoint.log_bytes == good.size());
  }
}

TEST_CASE("when the log cannot even be cut back, the error says so") {
  World world(1);
  Ledger ledger = world.open().value();
  world.disk.arm(0, Fault::io_error, true);
  REQUIRE(!(ledger.offer(0, true, result_line(0)) && ledger.commit()));
  const Error error = ledger.commit().error();
  CHECK(error.details == std::vector<std::string>{"cannot write log: Input/output error"});
}

}  // namespace orch::job
