#include <doctest/doctest.h>

#include <vector>

#include "job/ledger.h"
#include "ledger_support.h"

namespace orch::job {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  LedgerDirectory directory;
  store::Store store = store_with_job(directory, 10);
  ManualClock clock;
  LedgerOptions options = ledger_options(directory, 10);
  std::vector<std::string> shown;

  Result<Ledger> open() {
    return Ledger::open(store, options, clock, [this](std::string_view lines) {
      shown.emplace_back(lines);
      return Status();
    });
  }
  std::string log() { return read_file(directory.log()).value(); }
};

std::string lines(std::initializer_list<std::uint64_t> indices) {
  std::string text;
  for (const auto index : indices) text += result_line(index) + "\n";
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a line is counted and shown once its group is committed, not before") {
  Ledger ledger = open().value();
  CHECK(!ledger.due());
  CHECK(ledger.offer(3, true, result_line(3)).value());
  CHECK(ledger.offer(1, false, result_line(1, false)).value());
  CHECK(ledger.has(3));
  CHECK(ledger.missing(0, 10) == 8);
  CHECK(ledger.missing(2, 5) == 2);
  CHECK(ledger.missing(9, 200) == 1);
  CHECK(ledger.counters().done() == 0);
  CHECK(ledger.bytes() == 0);
  CHECK(shown.empty());
  CHECK(log().empty());
  REQUIRE(ledger.commit());
  CHECK(ledger.counters().ok == 1);
  CHECK(ledger.counters().failed == 1);
  REQUIRE(shown.size() == 1);
  CHECK(shown[0] == result_line(3) + "\n" + result_line(1, false) + "\n");
  CHECK(log() == shown[0]);
  CHECK(ledger.bytes() == shown[0].size());
  REQUIRE(ledger.commit());  // nothing is open
  CHECK(shown.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the first line of an input wins") {
  Ledger ledger = open().value();
  CHECK(ledger.offer(3, true, result_line(3)).value());
  CHECK(!ledger.offer(3, false, result_line(3, false)).value());
  REQUIRE(ledger.commit());
  CHECK(!ledger.offer(3, true, result_line(3)).value());
  REQUIRE(ledger.commit());
  CHECK(ledger.counters().duplicates == 2);
  CHECK(ledger.counters().ok == 1);
  CHECK(log() == lines({3}));
}

TEST_CASE_FIXTURE(Fixture, "a group is committed when it holds enough lines or bytes") {
  options.group_lines = 2;
  {
    Ledger ledger = open().value();
    REQUIRE(ledger.offer(0, true, result_line(0)));
    CHECK(shown.empty());
    REQUIRE(ledger.offer(1, true, result_line(1)));
    CHECK(shown.size() == 1);
  }
  options.group_lines = 1000;
  options.group_bytes = result_line(2).size() + 2;
  Ledger ledger = open().value();
  REQUIRE(ledger.offer(2, true, result_line(2)));
  CHECK(shown.size() == 1);
  REQUIRE(ledger.offer(3, true, result_line(3)));
  CHECK(shown.size() == 2);
  CHECK(ledger.counters().ok == 4);
}

TEST_CASE_FIXTURE(Fixture, "due: the group after 20 ms, a checkpoint a second after the last") {
  Ledger ledger = open().value();
  const SteadyTime start = clock.steady();
  clock.advance(100ms);
  REQUIRE(ledger.offer(0, true, result_line(0)));
  clock.advance(5ms);
  REQUIRE(ledger.offer(1, true, result_line(1)));
  CHECK(ledger.due() == start + 120ms);
  clock.advance(15ms);
  REQUIRE(ledger.commit());
  CHECK(store.read_checkpoint("j-1").value().ok == 0);
  CHECK(ledger.due() == start + 1s);  // so that `status` is right though no more lines come
  clock.advance(880ms);
  REQUIRE(ledger.commit());
  CHECK(store.read_checkpoint("j-1").value().ok == 2);
  CHECK(store.read_checkpoint("j-1").value().log_bytes == ledger.bytes());
  CHECK(!ledger.due());
}

TEST_CASE_FIXTURE(Fixture, "lines that recovery would not take are refused when offered") {
  Ledger ledger = open().value();
  const std::vector<std::string> bad = {
      "",
      "x",
      "[1]",
      result_line(4),                                   // of another input
      result_line(3, false),                            // of another outcome
      result_line(3).substr(0, 20),                     // torn
      result_line(3) + "\n" + result_line(4),           // two
      "{\"index\":3,\n\"status\":\"ok\"}",              // JSON, but two lines
      R"({"index":"3","status":"ok"})",                 // index is text
      R"({"index":3.0,"status":"ok"})",                 // or no integer
      R"({"status":"ok"})",                             // or absent
      R"({"index":3})",                                 // no status
      "{\"index\":3,\"status\":\"ok\",\"r\":\"\xff\"}"  // not UTF-8
  };
  for (const std::string& line : bad) {
    CAPTURE(line);
    const auto taken = ledger.offer(3, true, line);
    REQUIRE(!taken);
    CHECK(taken.error().code == ErrorCode::bad_answer);
    CHECK(taken.error().message.find("the result line of input 3 is not valid") == 0);
  }
  CHECK(ledger.offer(10, true, result_line(10)).error().message ==
        "a result line came for input 10, there are 10");
  CHECK(!ledger.has(3));
  CHECK(!ledger.has(10));
  CHECK(ledger.offer(3, true, result_line(3)).value());
  REQUIRE(ledger.checkpoint());
  CHECK(log() == lines({3}));
}

TEST_CASE_FIXTURE(Fixture, "one writer a job") {
  Ledger first = open().value();
  const auto second = open();
  REQUIRE(!second);
  CHECK(second.error().code == ErrorCode::locked);
  CHECK(second.error().message == "job j-1 is being run by process " + std::to_string(getpid()));
  CHECK(FileLock::is_held(Ledger::lock_path(store, "j-1")));
  { const Ledger gone = std::move(first); }
  CHECK(open());
}

TEST_CASE_FIXTURE(Fixture, "a job the store does not know is not_found") {
  options.job_id = "other-1";
  CHECK(open().error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Fixture, "the directory of the log must be there; the message names the log") {
  options.log_path = directory.path + "/absent/results.ndjson";
  const auto ledger = open();
  REQUIRE(!ledger);
  CHECK(ledger.error().message ==
        "cannot open " + options.log_path + ": No such file or directory");
}

TEST_CASE_FIXTURE(Fixture, "when the reader is gone the lines are counted all the same") {
  bool gone = true;
  Ledger ledger = Ledger::open(store, options, clock, [&](std::string_view) -> Status {
                    if (gone) return fail(ErrorCode::reader_gone, "the reader is gone");
                    return {};
                  }).value();
  REQUIRE(ledger.offer(0, true, result_line(0)));
  CHECK(ledger.commit().error().code == ErrorCode::reader_gone);
  CHECK(ledger.counters().ok == 1);
  gone = false;
  REQUIRE(ledger.offer(1, true, result_line(1)));
  REQUIRE(ledger.checkpoint());
  CHECK(store.read_checkpoint("j-1").value().ok == 2);
  CHECK(log() == lines({0, 1}));
}

TEST_CASE_FIXTURE(Fixture, "a full disk: nothing is counted or shown, and no more is taken") {
  options.log_path = "/dev/full";
  Ledger ledger = open().value();
  REQUIRE(ledger.offer(0, true, result_line(0)));
  const Status status = ledger.commit();
  REQUIRE(!status);
  CHECK(status.error().code == ErrorCode::output_failed);
  CHECK(status.error().message == "cannot write /dev/full: No space left on device");
  CHECK(ledger.counters().done() == 0);
  CHECK(shown.empty());
  CHECK(ledger.offer(1, true, result_line(1)).error().message == status.error().message);
  CHECK(ledger.commit().error().code == ErrorCode::output_failed);
  CHECK(ledger.checkpoint().error().code == ErrorCode::output_failed);
  CHECK(!ledger.due());
  CHECK(store.read_checkpoint("j-1").value().ok == 0);
}

TEST_CASE("a job with many inputs: only the pieces that changed are written") {
  LedgerDirectory directory;
  constexpr std::uint64_t kTotal = 200'000;
  store::Store store = store_with_job(directory, kTotal);
  ManualClock clock;
  {
    Ledger ledger = Ledger::open(store, ledger_options(directory, kTotal), clock, {}).value();
    REQUIRE(ledger.offer(0, true, result_line(0)));
    REQUIRE(ledger.offer(199'999, true, result_line(199'999)));
    REQUIRE(ledger.checkpoint());
    const auto chunks = store.read_bitmap("j-1").value();
    REQUIRE(chunks.size() == 2);
    CHECK(chunks[0].bits.size() == 8192);
    CHECK(chunks[1].chunk == 3);
    CHECK(chunks[1].bits.size() == 424);  // 3,392 inputs
    // A piece that did not change is not written again: this mark stays.
    const std::string mark(8192, 'm');
    REQUIRE(store.write_checkpoint("j-1", {}, {{0, mark}}));
    REQUIRE(ledger.offer(65'536, false, result_line(65'536, false)));
    REQUIRE(ledger.checkpoint());
    CHECK(store.read_bitmap("j-1").value().size() == 3);
    CHECK(store.read_bitmap("j-1").value()[0].bits == mark);
    REQUIRE(store.write_checkpoint("j-1", {}, {chunks[0]}));
  }
  Ledger ledger = Ledger::open(store, ledger_options(directory, kTotal), clock, {}).value();
  CHECK(ledger.counters().ok == 2);
  CHECK(ledger.counters().failed == 1);
  CHECK(ledger.has(199'999));
  CHECK(ledger.has(65'536));
  CHECK(!ledger.has(65'535));
  CHECK(ledger.missing(0, kTotal) == kTotal - 3);
}

}  // namespace orch::job
