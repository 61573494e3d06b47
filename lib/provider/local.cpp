#include "provider/local.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <thread>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"

namespace orch::provider {
namespace {

// Fewer wake-ups than the default 64 KiB: a whole group of lines fits.
constexpr int kPipeBytes = 1 << 20;
constexpr std::size_t kReadBytes = 256 << 10;

using LivePids = std::set<pid_t>;

// A task manager that is killed leaves its workers to this process (a subreaper). They read end
// of file and should go; the groups that stay are ended here.
void end_orphans(const LivePids& live) {
  for (const pid_t child : children()) {
    if (live.contains(child)) continue;
    signal_group(child, SIGKILL);
    ::kill(child, SIGKILL);
  }
}

class LocalSlot : public job::SlotChannel {
 public:
  LocalSlot(Loop& loop, std::shared_ptr<LivePids> live, job::SlotEvents events)
      : loop_(loop), live_(std::move(live)), events_(std::move(events)) {}
  ~LocalSlot() override {
    close_pipes();
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }

  Status start(const job::SlotRequest& request, const EnvMap& env) {
    const std::string log_path =
        fmt::format("{}/logs/task-manager-{}.ndjson", request.job_directory, request.task_manager);
    ORCH_TRY(make_directories(directory_of(log_path)));
    const Fd log = ORCH_TRY(open_append(log_path));
    Pipe to = ORCH_TRY(make_pipe());
    Pipe from = ORCH_TRY(make_pipe());
    // A smaller pipe only costs speed.
    (void)::fcntl(to.write.get(), F_SETPIPE_SZ, kPipeBytes);
    (void)::fcntl(from.read.get(), F_SETPIPE_SZ, kPipeBytes);
    SpawnSpec spec;
    spec.argv = {self_executable(), "serve-entrypoint", "task-manager"};
    spec.env = env;
    spec.stdin_fd = to.read.get();
    spec.stdout_fd = from.write.get();
    spec.stderr_fd = log.get();
    spec.death_signal = SIGTERM;  // it ends its workers on TERM
    pid_ = ORCH_TRY(spawn(spec));
    live_->insert(pid_);
    in_ = std::move(to.write);
    out_ = std::move(from.read);
    ORCH_TRY(set_nonblocking(in_.get()));
    ORCH_TRY(set_nonblocking(out_.get()));
    ORCH_TRY(loop_.watch(in_.get(), 0, [this](std::uint32_t) { write_some(); }));
    ORCH_TRY(loop_.watch(out_.get(), Loop::kRead, [this](std::uint32_t) { read_some(); }));
    loop_.on_exit(pid_, [this](int status) { exited(status); });
    return {};
  }

  void send(std::string_view frames) override {
    if (!in_) return;
    unsent_ += frames;
    loop_.set_interest(in_.get(), Loop::kWrite);
  }

  std::size_t unsent() const override { return unsent_.size() - sent_; }

  void kill() override {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    constexpr auto kGrace = std::chrono::seconds(2);
    if (kill_timer_ == 0) {
      kill_timer_ = loop_.after(kGrace, [this] {
        kill_timer_ = 0;
        if (pid_ > 0) ::kill(pid_, SIGKILL);
      });
    }
  }

 private:
  void write_some() {
    while (sent_ < unsent_.size()) {
      const ssize_t n = ::write(in_.get(), unsent_.data() + sent_, unsent_.size() - sent_);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno == EAGAIN) return;
        close_in();  // its exit tells the rest
        return;
      }
      sent_ += static_cast<std::size_t>(n);
    }
    unsent_.clear();
    sent_ = 0;
    loop_.set_interest(in_.get(), 0);
  }

  void read_some() {
    const ssize_t n = ::read(out_.get(), buffer_.data(), buffer_.size());
    if (n > 0) {
      events_.on_bytes({buffer_.data(), static_cast<std::size_t>(n)});
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
      loop_.unwatch(out_.get());
      out_.reset();
      closed_if_over();
    }
  }

  void exited(int status) {
    live_->erase(pid_);
    pid_ = -1;
    status_ = status;
    loop_.cancel(kill_timer_);
    close_in();
    if (status != 0) end_orphans(*live_);
    closed_if_over();
  }

  // Over when it has exited and everything it said has been read.
  void closed_if_over() {
    if (pid_ > 0 || out_ || closed_) return;
    closed_ = true;
    events_.on_closed(status_ == 0 ? "" : describe_wait_status(status_));
  }

  void close_in() {
    if (!in_) return;
    loop_.unwatch(in_.get());
    in_.reset();
  }

  void close_pipes() {
    close_in();
    if (out_) loop_.unwatch(out_.get());
    out_.reset();
    loop_.cancel(kill_timer_);
    if (pid_ > 0) {
      live_->erase(pid_);
      loop_.on_exit(pid_, [](int) {});
    }
  }

  Loop& loop_;
  std::shared_ptr<LivePids> live_;
  job::SlotEvents events_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool closed_ = false;
  Fd in_;
  Fd out_;
  std::string unsent_;
  std::size_t sent_ = 0;
  Loop::TimerId kill_timer_ = 0;
  std::array<char, kReadBytes> buffer_;
};

class LocalBackend : public SplitBackend {
 public:
  explicit LocalBackend(const EnvMap& env) : env_(child_environment(env, {})) {
    traits_.name = "local";
    traits_.default_task_managers =
        static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
    traits_.useful_task_managers = traits_.default_task_managers;
  }

  const job::BackendTraits& traits() const override { return traits_; }

  Result<std::unique_ptr<job::SlotChannel>> open_slot(Loop& loop, const job::SlotRequest& request,
                                                      job::SlotEvents events) override {
    if (!adopting_) {
      become_subreaper();
      loop.reap_strangers({});
      adopting_ = true;
    }
    auto slot = std::make_unique<LocalSlot>(loop, live_, std::move(events));
    ORCH_TRY(slot->start(request, env_));
    return slot;
  }

 private:
  job::BackendTraits traits_;
  EnvMap env_;
  std::shared_ptr<LivePids> live_ = std::make_shared<LivePids>();
  bool adopting_ = false;
};

}  // namespace

Descriptor local_provider() {
  return {.id = "local",
          .summary = "task managers as processes on this machine",
          .splits = [](const EnvMap& env) -> std::unique_ptr<SplitBackend> {
            return std::make_unique<LocalBackend>(env);
          }};
}

}  // namespace orch::provider
