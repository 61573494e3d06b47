// The floor of persistent workers: JSON lines through pipes to P echo workers, a window of lines in
// flight, answers parsed, nothing kept. usage: worker_floor COUNT PROCESSES WINDOW WORKER
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace {

struct Worker {
  pid_t pid = 0;
  int in = -1;
  int out = -1;
  std::string buffer;
  int in_flight = 0;
  bool ready = false;
};

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n <= 0) std::exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

Worker start(char* program) {
  Worker worker;
  int to[2];
  int from[2];
  if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to[0], 0);
  posix_spawn_file_actions_adddup2(&actions, from[1], 1);
  char* argv[] = {program, nullptr};
  if (posix_spawn(&worker.pid, program, &actions, nullptr, argv, environ) != 0) std::exit(1);
  ::close(to[0]);
  ::close(from[1]);
  worker.in = to[1];
  worker.out = from[0];
  return worker;
}

class Floor {
 public:
  Floor(long count, int window) : count_(count), window_(window) {}

  void run(std::vector<Worker>& workers) {
    std::vector<pollfd> waits(workers.size());
    while (done_ < count_) {
      for (std::size_t i = 0; i < workers.size(); ++i) waits[i] = {workers[i].out, POLLIN, 0};
      poll(waits.data(), waits.size(), -1);
      for (std::size_t i = 0; i < workers.size(); ++i) {
        if (waits[i].revents != 0) read(workers[i]);
      }
    }
  }

 private:
  void read(Worker& worker) {
    char bytes[65536];
    const ssize_t n = ::read(worker.out, bytes, sizeof bytes);
    if (n <= 0) std::exit(1);
    worker.buffer.append(bytes, static_cast<std::size_t>(n));
    std::size_t start = 0;
    for (std::size_t end = 0; (end = worker.buffer.find('\n', start)) != std::string::npos;
         start = end + 1) {
      const auto answer =
          nlohmann::json::parse(worker.buffer.data() + start, worker.buffer.data() + end);
      if (!worker.ready) {
        worker.ready = true;
        continue;
      }
      if (!answer.contains("result")) std::exit(1);
      ++done_;
      --worker.in_flight;
    }
    worker.buffer.erase(0, start);
    feed(worker);
  }

  void feed(Worker& worker) {
    text_.clear();
    for (; worker.in_flight < window_ && sent_ < count_; ++sent_, ++worker.in_flight) {
      const std::string number = std::to_string(sent_);
      text_ += "{\"id\":" + number + ",\"input\":\"item-" + number + "-abcdefgh\"}\n";
    }
    write_all(worker.in, text_);
  }

  long count_;
  int window_;
  long sent_ = 0;
  long done_ = 0;
  std::string text_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  std::vector<Worker> workers;
  for (int i = 0; i < std::atoi(argv[2]); ++i) workers.push_back(start(argv[4]));
  Floor(std::atol(argv[1]), std::atoi(argv[3])).run(workers);
  for (const Worker& worker : workers) ::close(worker.in);
  for (const Worker& worker : workers) waitpid(worker.pid, nullptr, 0);
  return 0;
}
