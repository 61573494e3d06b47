#include "base/loop.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/child_watch.h"
#include "base/file.h"
#include "base/timer_queue.h"

namespace orch {
namespace {

struct Watch {
  std::uint32_t serial = 0;  // tells this watch from an earlier one of the same descriptor
  std::uint32_t interest = 0;
  Loop::FdHandler handler;
};

std::uint32_t to_epoll(std::uint32_t interest) {
  return ((interest & Loop::kRead) != 0 ? std::uint32_t{EPOLLIN} : 0U) |
         ((interest & Loop::kWrite) != 0 ? std::uint32_t{EPOLLOUT} : 0U);
}

// An error or hang-up is reported as whatever the watcher waits for: its next call will meet it.
std::uint32_t from_epoll(std::uint32_t events, std::uint32_t interest) {
  std::uint32_t ready = 0;
  if ((events & EPOLLIN) != 0) ready |= Loop::kRead;
  if ((events & EPOLLOUT) != 0) ready |= Loop::kWrite;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) ready |= Loop::kRead | Loop::kWrite;
  return ready & interest;
}

std::uint64_t key_of(int fd, std::uint32_t serial) {
  return (std::uint64_t{serial} << 32) | static_cast<std::uint32_t>(fd);
}

int to_milliseconds(Duration wait) {
  constexpr auto kLongest = std::chrono::hours(1);  // then the caller comes back
  const auto bounded = std::clamp<Duration>(wait, Duration::zero(), kLongest);
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(bounded).count());
}

}  // namespace

struct Loop::State {
  explicit State(Clock& the_clock);
  ~State();

  bool change(int operation, int fd, const Watch& watch) const;
  void add_signal(int number);
  void take_signals();
  void dispatch(std::span<const epoll_event> events);
  Duration wait_for(Duration longest) const;

  Clock& clock;
  SteadyTime now;
  bool stopping = false;
  Fd epoll;
  Fd signals;
  sigset_t mask_before{};
  sigset_t taken{};
  std::map<int, Handler> signal_handlers;
  std::vector<std::shared_ptr<Watch>> watches;  // by descriptor
  std::uint32_t last_serial = 0;
  TimerQueue timers;
  ChildWatch children;
};

Loop::State::State(Clock& the_clock)
    : clock(the_clock), now(the_clock.steady()), epoll(::epoll_create1(EPOLL_CLOEXEC)) {
  ::sigemptyset(&taken);
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_before);
  add_signal(SIGCHLD);
}

Loop::State::~State() { ::pthread_sigmask(SIG_SETMASK, &mask_before, nullptr); }

void Loop::State::add_signal(int number) {
  ::sigaddset(&taken, number);
  ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  const bool first = !signals;
  const int fd = ::signalfd(signals.get(), &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0 || !first) return;
  signals = Fd(fd);
  Watch watch;
  watch.interest = kRead;
  change(EPOLL_CTL_ADD, fd, watch);  // serial 0: no watch of a user has it
}

bool Loop::State::change(int operation, int fd, const Watch& watch) const {
  epoll_event event{};
  event.events = to_epoll(watch.interest);
  event.data.u64 = key_of(fd, watch.serial);
  return ::epoll_ctl(epoll.get(), operation, fd, &event) == 0;
}

void Loop::State::take_signals() {
  std::array<signalfd_siginfo, 8> taken_now;
  for (;;) {
    const ssize_t got = ::read(signals.get(), taken_now.data(), sizeof taken_now);
    if (got <= 0) return;
    const std::size_t count = static_cast<std::size_t>(got) / sizeof taken_now[0];
    for (const auto& info : std::span(taken_now).first(count)) {
      const int number = static_cast<int>(info.ssi_signo);
      if (number == SIGCHLD) children.sweep();
      const auto found = signal_handlers.find(number);
      if (found == signal_handlers.end()) continue;
      const Handler handler = found->second;  // a copy: it may replace itself
      if (handler) handler();
    }
    if (count < taken_now.size()) return;
  }
}

void Loop::State::dispatch(std::span<const epoll_event> events) {
  for (const auto& event : events) {
    const auto fd = static_cast<std::size_t>(event.data.u64 & 0xffffffffU);
    const auto serial = static_cast<std::uint32_t>(event.data.u64 >> 32);
    if (serial == 0) {
      take_signals();
      continue;
    }
    // Shared, so that a handler which ends its own watch does not pull itself from under its feet.
    const std::shared_ptr<Watch> watch = fd < watches.size() ? watches[fd] : nullptr;
    if (watch == nullptr || watch->serial != serial) continue;
    const std::uint32_t ready = from_epoll(event.events, watch->interest);
    if (ready != 0) watch->handler(ready);
  }
}

Duration Loop::State::wait_for(Duration longest) const {
  const auto next = timers.next();
  if (!next) return longest;
  return std::min<Duration>(longest, *next - clock.steady());
}

Loop::Loop(Clock& clock) : state_(std::make_unique<State>(clock)) {}

Loop::~Loop() {
  // Destroying a handler may call back into the loop, which must still be whole then.
  const auto watches = std::exchange(state_->watches, {});
  const auto timers = std::exchange(state_->timers, {});
  const auto children = std::exchange(state_->children, {});
  const auto signal_handlers = std::exchange(state_->signal_handlers, {});
}

Clock& Loop::clock() const { return state_->clock; }
SteadyTime Loop::now() const { return state_->now; }

Status Loop::watch(int fd, std::uint32_t interest, FdHandler handler) {
  unwatch(fd);
  auto watch = std::make_shared<Watch>();
  if (++state_->last_serial == 0) ++state_->last_serial;
  watch->serial = state_->last_serial;
  watch->interest = interest;
  watch->handler = std::move(handler);
  // Even a silent watch is tried once: what cannot be watched is refused now, not later.
  if (!state_->change(EPOLL_CTL_ADD, fd, *watch)) {
    return fail(ErrorCode::failed, errno_text("watch", fmt::format("descriptor {}", fd), errno));
  }
  if (interest == 0) state_->change(EPOLL_CTL_DEL, fd, *watch);
  const auto index = static_cast<std::size_t>(fd);
  if (index >= state_->watches.size()) state_->watches.resize(index + 1);
  state_->watches[index] = std::move(watch);
  return {};
}

void Loop::set_interest(int fd, std::uint32_t interest) {
  const auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= state_->watches.size() || state_->watches[index] == nullptr) return;
  Watch& watch = *state_->watches[index];
  const std::uint32_t before = std::exchange(watch.interest, interest);
  if (before == interest) return;
  // epoll reports hang-ups even to those who ask for nothing: a silent descriptor must be out of
  // it.
  const int operation = interest == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  state_->change(operation, fd, watch);
}

void Loop::unwatch(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= state_->watches.size() || state_->watches[index] == nullptr) return;
  // Out of the table first: destroying the handler may call back into the loop.
  const std::shared_ptr<Watch> watch = std::exchange(state_->watches[index], nullptr);
  if (watch->interest != 0) state_->change(EPOLL_CTL_DEL, fd, *watch);
  watch->interest = 0;
}

Loop::TimerId Loop::after(Duration delay, Handler handler) {
  const SteadyTime start = state_->clock.steady();
  const bool endless = delay > SteadyTime::max() - start;
  return at(endless ? SteadyTime::max() : start + delay, std::move(handler));
}

Loop::TimerId Loop::at(SteadyTime time, Handler handler) {
  return state_->timers.add(time, std::move(handler));
}

void Loop::cancel(TimerId timer) { state_->timers.cancel(timer); }

void Loop::on_exit(pid_t child, std::function<void(int)> handler) {
  state_->children.add(child, std::move(handler));
}

void Loop::reap_strangers(std::function<void(pid_t, int)> handler) {
  state_->children.adopt_strangers(std::move(handler));
}

void Loop::on_signal(int signal_number, Handler handler) {
  state_->signal_handlers[signal_number] = std::move(handler);
  state_->add_signal(signal_number);
}

void Loop::run_once(Duration longest) {
  State& state = *state_;
  Duration wait = state.wait_for(longest);
  if (state.children.has_unchecked()) {
    state.now = state.clock.steady();
    state.children.check_new();
    wait = Duration::zero();
  }
  std::array<epoll_event, 256> events;
  const int got = ::epoll_wait(state.epoll.get(), events.data(), static_cast<int>(events.size()),
                               to_milliseconds(wait));
  state.now = state.clock.steady();
  if (got < 0 && errno != EINTR) ::poll(nullptr, 0, to_milliseconds(wait));  // never a busy loop
  if (got > 0) state.dispatch(std::span(events).first(static_cast<std::size_t>(got)));
  state.timers.run_due(state.now);
}

void Loop::run() {
  while (!state_->stopping) run_once(std::chrono::hours(1));
  state_->stopping = false;
}

void Loop::stop() { state_->stopping = true; }

}  // namespace orch
