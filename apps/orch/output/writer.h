// Standard output: data and nothing else, and every failure to write it noticed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::output {

// Buffers up to 64 KiB. The first failure is remembered and returned by every later call, so a
// command may ignore the status of a single write: the frame asks finish() at the end.
class Writer {
 public:
  // `name` stands in errors ("standard output").
  Writer(int fd, std::string name);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() = default;  // does not flush: finish() is where errors are seen

  Status write(std::string_view bytes);
  Status flush();
  // Flush and close: a full disk may show only here. Later calls return the same answer.
  Status finish();
  // Called before bytes leave (clears a progress line that shares the terminal).
  void before_write(std::function<void()> hook) { before_write_ = std::move(hook); }

 private:
  Status send(std::string_view bytes);

  int fd_;
  std::string name_;
  std::string buffer_;
  std::function<void()> before_write_;
  Status status_;
};

}  // namespace orch::output
