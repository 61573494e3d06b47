// One event loop for everything that waits: descriptors, timers, children, signals.
// Single-threaded; handlers run inside run_once and may add or remove anything, themselves too.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/result.h"

namespace orch {

class Loop {
 public:
  static constexpr std::uint32_t kRead = 1;  // also on end of file and error
  static constexpr std::uint32_t kWrite = 2;

  using FdHandler = std::function<void(std::uint32_t ready)>;
  using Handler = std::function<void()>;
  using TimerId = std::uint64_t;

  // Blocks SIGCHLD (taken by signalfd) in the calling thread for the loop's life. Make it before
  // any other thread, or signals go to those; only one loop of a process may have children.
  explicit Loop(Clock& clock = system_clock());
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Clock& clock() const;
  SteadyTime now() const;  // read once per turn

  // One watch a descriptor: a second one replaces the first. Interest 0 keeps it registered but
  // silent. Regular files are refused. Unwatch before closing.
  Status watch(int fd, std::uint32_t interest, FdHandler handler);
  void set_interest(int fd, std::uint32_t interest);
  void unwatch(int fd);

  TimerId after(Duration delay, Handler handler);
  TimerId at(SteadyTime time, Handler handler);
  void cancel(TimerId timer);  // an id already fired is fine; 0 is never an id

  // Called once with the wait status when the child ends. Reaps only children named here.
  void on_exit(pid_t child, std::function<void(int wait_status)> handler);
  // Reaps every other child too (for PID 1 and subreapers); the handler may be empty.
  void reap_strangers(std::function<void(pid_t, int wait_status)> handler);
  // Blocks the signal and calls the handler inside the loop (SIGINT, SIGTERM, SIGWINCH …).
  void on_signal(int signal_number, Handler handler);

  // Waits at most `longest` for the next event and runs what is due.
  void run_once(Duration longest);
  void run();   // until stop()
  void stop();  // before run(): the next run() returns at once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orch
