// What a ledger makes of the log and the checkpoint that it finds.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "job/ledger.h"
#include "ledger_support.h"

namespace orch::job {
namespace {

struct Fixture {
  LedgerDirectory directory;
  store::Store store = store_with_job(directory, 10);
  ManualClock clock;

  Fixture() {
    // Inputs 0–3 are in the checkpoint, 2 failed; 4 and 5 are only in the log.
    Ledger ledger = open();
    for (const std::uint64_t index : {0U, 1U, 2U, 3U}) {
      REQUIRE(ledger.offer(index, index != 2, result_line(index, index != 2)));
    }
    REQUIRE(ledger.checkpoint());
    saved = ledger.bytes();
    REQUIRE(ledger.offer(4, true, result_line(4)));
    REQUIRE(ledger.offer(5, false, result_line(5, false)));
    REQUIRE(ledger.commit());
    whole = log();
  }

  Ledger open() { return Ledger::open(store, ledger_options(directory, 10), clock, {}).value(); }
  std::string log() { return read_file(directory.log()).value(); }
  void append(std::string_view bytes) {
    std::ofstream(directory.log(), std::ios::app | std::ios::binary) << bytes;
  }
  void put(std::string_view bytes) { std::ofstream(directory.log(), std::ios::binary) << bytes; }

  void check_counters(std::uint64_t ok, std::uint64_t failed) {
    const Ledger ledger = open();
    CHECK(ledger.counters().ok == ok);
    CHECK(ledger.counters().failed == failed);
    CHECK(ledger.missing(0, 10) == 10 - ok - failed);
    CHECK(ledger.bytes() == log().size());
    // `status` is right from the moment the job is open.
    const store::Checkpoint checkpoint = store.read_checkpoint("j-1").value();
    CHECK(checkpoint.ok == ok);
    CHECK(checkpoint.failed == failed);
    CHECK(checkpoint.log_bytes == log().size());
  }

  std::uint64_t saved = 0;
  std::string whole;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the lines after the checkpoint are found again") {
  CHECK(store.read_checkpoint("j-1").value().log_bytes == saved);
  check_counters(4, 2);
  CHECK(log() == whole);
  check_counters(4, 2);  // now from the checkpoint alone
}

TEST_CASE_FIXTURE(Fixture, "a torn last line is cut off") {
  const std::string torn = result_line(6);
  for (std::size_t length = 1; length <= torn.size(); ++length) {
    put(whole + torn.substr(0, length));
    CAPTURE(length);
    check_counters(4, 2);
    CHECK(log() == whole);
  }
  CHECK(!exists(directory.log() + ".cut"));
}

TEST_CASE_FIXTURE(Fixture, "the log is cut at the first line that is not valid and new") {
  const std::string good = result_line(7) + "\n";
  const std::string bad[] = {
      std::string(40, '\0') + "\n",  // a hole that a power loss left
      "not JSON\n",
      "\n",
      result_line(10) + "\n",  // no such input
      result_line(4) + "\n",   // not new
      result_line(2) + "\n",   // not new: in the checkpoint
      "{\"index\":6}\n",
  };
  for (const std::string& line : bad) {
    CAPTURE(line);
    put(whole + line + good);
    std::filesystem::remove(directory.log() + ".cut");
    check_counters(4, 2);
    CHECK(log() == whole);
    CHECK(read_file(directory.log() + ".cut").value() == line + good);
  }
}

TEST_CASE_FIXTURE(Fixture, "a log shorter than the checkpoint is counted from its start") {
  const std::string two = result_line(0) + "\n" + result_line(1) + "\n";
  put(two + result_line(2, false).substr(0, 10));
  check_counters(2, 0);
  CHECK(log() == two);
  Ledger ledger = open();
  CHECK(!ledger.has(2));
  CHECK(ledger.offer(2, true, result_line(2)).value());
  REQUIRE(ledger.checkpoint());
  CHECK(ledger.counters().ok == 3);
}

TEST_CASE_FIXTURE(Fixture, "a log that is gone means that nothing is done") {
  std::filesystem::remove(directory.log());
  check_counters(0, 0);
  CHECK(store.read_bitmap("j-1").value().at(0).bits == std::string(8, '\0'));
}

TEST_CASE_FIXTURE(Fixture, "a log edited so that the checkpoint stands inside a line") {
  put(result_line(9) + "\n" + result_line(8) + "\n" + whole);
  check_counters(6, 2);
}

TEST_CASE_FIXTURE(Fixture, "a bitmap that contradicts the counters is not used") {
  REQUIRE(store.write_checkpoint("j-1", {saved, 3, 1}, {{0, std::string(8, '\0')}}));
  check_counters(4, 2);
  REQUIRE(store.write_checkpoint("j-1", {saved, 3, 1}, {{0, "too short"}}));
  check_counters(4, 2);
  REQUIRE(store.write_checkpoint("j-1", {0, 0, 0}, {}));
  check_counters(4, 2);
}

TEST_CASE_FIXTURE(Fixture, "lines of over a megabyte are replayed") {
  const std::string line =
      R"({"index":6,"status":"ok","result":")" + std::string(3 << 20, 'x') + "\"}";
  append(line + "\n" + result_line(7) + "\n");
  check_counters(6, 2);
}

}  // namespace orch::job
