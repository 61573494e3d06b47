#include "base/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/text.h"

namespace orch {
namespace {

// The parent of a process, or 0: "pid (name) state ppid …", and the name may hold anything.
pid_t parent_of(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 4 > stat.size()) return 0;
  const char state = stat[name_end + 2];
  if (state == 'Z' || state == 'X') return 0;
  const auto rest = stat.substr(name_end + 4);
  const auto parent = parse_integer(rest.substr(0, rest.find(' ')));
  return parent ? static_cast<pid_t>(*parent) : 0;
}

}  // namespace

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail(read_error("make", "a pipe", errno));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

Status set_nonblocking(int fd, bool on) {
  const int flags = ::fcntl(fd, F_GETFL);
  const int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  if (flags < 0 || (wanted != flags && ::fcntl(fd, F_SETFL, wanted) != 0)) {
    return fail(ErrorCode::failed,
                errno_text("set the mode of", fmt::format("descriptor {}", fd), errno));
  }
  return {};
}

std::string self_executable() {
  static constexpr const char* kLink = "/proc/self/exe";
  std::array<char, PATH_MAX> buffer;
  const ssize_t length = ::readlink(kLink, buffer.data(), buffer.size());
  if (length <= 0) {  // no /proc: a bare root; the kernel still told how we were started
    // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how getauxval hands out an address
    const auto* started_as = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
    return started_as != nullptr ? resolve(current_directory(), started_as) : kLink;
  }
  std::string path(buffer.data(), static_cast<std::size_t>(length));
  // Replaced or removed while we run: the link itself still starts the very same program.
  return exists(path) ? path : kLink;
}

void signal_group(pid_t leader, int signal_number) {
  if (leader > 1) ::kill(-leader, signal_number);
}

void forbid_core_dumps() { ::prctl(PR_SET_DUMPABLE, 0); }

void become_subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

std::vector<pid_t> children() {
  // Not /proc/self/task/*/children: it skips entries while siblings end.
  std::vector<pid_t> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  if (proc == nullptr) return found;
  const pid_t self = ::getpid();
  while (const dirent* entry = ::readdir(proc.get())) {
    const auto pid = parse_integer(entry->d_name);
    if (!pid) continue;
    const auto stat = read_file(fmt::format("/proc/{}/stat", *pid), 64 << 10);
    if (stat && parent_of(*stat) == self) found.push_back(static_cast<pid_t>(*pid));
  }
  return found;
}

std::string describe_wait_status(int wait_status) {
  if (WIFEXITED(wait_status)) return fmt::format("exit status {}", WEXITSTATUS(wait_status));
  if (!WIFSIGNALED(wait_status)) return fmt::format("wait status {:#x}", wait_status);
  const int number = WTERMSIG(wait_status);
  const char* name = sigdescr_np(number);
  if (name == nullptr) return fmt::format("signal {}", number);
  return fmt::format("signal {} ({})", number, name);
}

int exit_status_of(int wait_status) {
  if (WIFSIGNALED(wait_status)) return 128 + WTERMSIG(wait_status);
  return WEXITSTATUS(wait_status);
}

}  // namespace orch
