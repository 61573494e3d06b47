// The floor of one process an input: posix_spawn and wait, and nothing else.
// usage: spawn_floor COUNT AT_ONCE PROGRAM…
#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

extern char** environ;

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const long count = std::atol(argv[1]);
  const long at_once = std::atol(argv[2]);
  long started = 0;
  long live = 0;
  for (long done = 0; done < count; ++done) {
    for (; live < at_once && started < count; ++live, ++started) {
      pid_t child = 0;
      if (posix_spawn(&child, argv[3], nullptr, nullptr, argv + 3, environ) != 0) return 1;
    }
    int status = 0;
    if (wait(&status) < 0 || status != 0) return 1;
    --live;
  }
  return 0;
}
