// A disk that keeps apart what was written and what was synced, and fails when told: the ledger's
// LogFile for tests of crashes.
#pragma once

#include <cstring>
#include <memory>
#include <string>

#include "base/random.h"
#include "job/log_file.h"

namespace orch::job {

// Outlives the processes (ledgers) that use it.
struct SimulatedDisk {
  enum class Fault { none, no_space, io_error, power_loss };

  std::string data;        // what a reader sees
  std::size_t synced = 0;  // how much of it a power loss leaves for certain
  int calls = 0;           // changes and syncs since arm()
  int fault_at = -1;       // the call that fails; -1: none
  Fault fault = Fault::none;
  bool fault_stays = false;  // every later call fails too
  bool dead = false;         // the process is gone: nothing it does arrives any more

  void arm(int call, Fault kind, bool stays) {
    calls = 0;
    fault_at = call;
    fault = kind;
    fault_stays = stays;
    dead = false;
  }
  void disarm() { arm(-1, Fault::none, false); }

  // Of what was not synced any beginning may be there, and its last part may be a hole.
  void lose_power(Random& random) {
    const std::size_t unsynced = data.size() - synced;
    data.resize(synced + random.next() % (unsynced + 1));
    if (data.size() > synced && random.next() % 3 == 0) {
      const std::size_t hole = synced + random.next() % (data.size() - synced);
      const std::size_t length = random.next() % (data.size() - hole + 1);
      std::memset(data.data() + hole, 0, length);
    }
    synced = data.size();
  }
};

class SimulatedLogFile : public LogFile {
 public:
  SimulatedLogFile(SimulatedDisk& disk, Random& random) : disk_(disk), random_(random) {}

  Result<std::uint64_t> size() override { return disk_.data.size(); }

  Result<std::size_t> read(std::uint64_t offset, char* to, std::size_t size) override {
    if (offset >= disk_.data.size()) return 0;
    // Short reads are allowed and must be coped with.
    const std::size_t most = std::min<std::size_t>(size, 1 + random_.next() % 300);
    return disk_.data.copy(to, most, offset);
  }

  Status append(std::string_view bytes) override {
    if (Status failed = trip(); !failed) {
      if (!already_dead_) disk_.data += bytes.substr(0, random_.next() % (bytes.size() + 1));
      return failed;
    }
    disk_.data += bytes;
    return {};
  }

  Status sync() override {
    ORCH_TRY(trip());
    disk_.synced = disk_.data.size();
    return {};
  }

  Status truncate(std::uint64_t size) override {
    ORCH_TRY(trip());
    disk_.data.resize(size);
    disk_.synced = std::min<std::size_t>(disk_.synced, size);
    return {};
  }

  Result<std::string> set_aside(std::uint64_t) override { return std::string("aside"); }

 private:
  Status trip() {
    already_dead_ = disk_.dead;
    const int call = disk_.calls++;
    const bool fails = call == disk_.fault_at ||
                       (disk_.fault_stays && disk_.fault_at >= 0 && call > disk_.fault_at);
    if (fails && disk_.fault == SimulatedDisk::Fault::power_loss) disk_.dead = true;
    if (disk_.dead) return fail(ErrorCode::failed, "the process is gone");
    if (!fails) return {};
    const int number = disk_.fault == SimulatedDisk::Fault::no_space ? ENOSPC : EIO;
    return fail(ErrorCode::output_failed, errno_text("write", "log", number));
  }

  SimulatedDisk& disk_;
  Random& random_;
  bool already_dead_ = false;
};

}  // namespace orch::job
