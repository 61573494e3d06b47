// kill -9 of a real process at random moments.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/process.h"
#include "base/random.h"
#include "job/log_reader.h"
#include "ledger_support.h"

namespace orch::job {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kTotal = 100'000;

// Offers lines until it is killed, and tells through the pipe which bytes it showed.
[[noreturn]] void work_until_killed(const LedgerDirectory& directory, int tell) {
  auto store = store::Store::open(directory.state());
  if (!store) _exit(1);
  LedgerOptions options = ledger_options(directory, kTotal);
  options.group_lines = 7;
  options.checkpoint_every = 1ms;
  auto ledger = Ledger::open(*store, options, system_clock(), [tell](std::string_view lines) {
    return write_all(tell, lines, "pipe");
  });
  if (!ledger) _exit(2);
  for (std::uint64_t index = 0; index < kTotal; ++index) {
    if (ledger->has(index)) continue;
    if (!ledger->offer(index, index % 5 != 0, result_line(index, index % 5 != 0))) _exit(3);
  }
  for (;;) pause();
}

}  // namespace

TEST_CASE("forty kills: no line that was shown is lost, none is there twice or in part") {
  LedgerDirectory directory;
  { store_with_job(directory, kTotal); }
  SeededRandom random(7);
  std::set<std::string> shown;
  for (int round = 0; round < 40; ++round) {
    Pipe pipe = make_pipe().value();
    const pid_t child = fork();
    if (child == 0) work_until_killed(directory, pipe.write.get());
    pipe.write.reset();
    usleep(static_cast<useconds_t>(2000 + random.next() % 12'000));
    kill(child, SIGKILL);
    const std::string told = read_fd(pipe.read.get(), "pipe").value();
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    for (std::size_t at = 0, end = 0; (end = told.find('\n', at)) != std::string::npos;
         at = end + 1) {
      REQUIRE(shown.insert(told.substr(at, end - at)).second);
    }
  }
  store::Store store = store::Store::open(directory.state()).value();
  const Ledger ledger =
      Ledger::open(store, ledger_options(directory, kTotal), system_clock(), {}).value();
  const std::string log = read_file(directory.log()).value();
  std::set<std::string> stored;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = log.find('\n', at);
    REQUIRE(end != log.npos);
    REQUIRE(read_log_line(std::string_view(log).substr(at, end - at)));
    REQUIRE(stored.insert(log.substr(at, end - at)).second);
    at = end + 1;
  }
  CHECK(!shown.empty());
  CHECK(std::includes(stored.begin(), stored.end(), shown.begin(), shown.end()));
  CHECK(ledger.counters().done() == stored.size());
  CHECK(ledger.bytes() == log.size());
}

}  // namespace orch::job
