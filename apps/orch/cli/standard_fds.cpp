#include "cli/standard_fds.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>

namespace orch::cli {
namespace {

// open() takes the lowest free number, and those below `fd` are open by now.
void settle(int fd, int flags) {
  if (::fcntl(fd, F_GETFD) == -1) (void)::open("/dev/null", flags);
}

}  // namespace

void settle_standard_descriptors() {
  settle(STDIN_FILENO, O_WRONLY);
  settle(STDOUT_FILENO, O_RDONLY);
  settle(STDERR_FILENO, O_WRONLY);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace orch::cli
