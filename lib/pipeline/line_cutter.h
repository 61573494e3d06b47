// Cuts what a process prints into lines without copying those that came whole.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace orch::pipeline {

class LineCutter {
 public:
  explicit LineCutter(std::size_t longest) : longest_(longest) {}

  // Calls each(line) for every line that is complete now, without its newline; it may return
  // false to stop. False: a line is longer than allowed (nothing more is cut), or each() said so.
  template <class Each>
  bool feed(std::string_view bytes, Each each) {
    while (!bytes.empty()) {
      const void* found = std::memchr(bytes.data(), '\n', bytes.size());
      if (found == nullptr) {
        if (partial_.size() + bytes.size() > longest_) return false;
        partial_ += bytes;
        return true;
      }
      const auto length = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
      std::string_view line = bytes.substr(0, length);
      bytes.remove_prefix(length + 1);
      if (partial_.size() + line.size() > longest_) return false;
      if (!partial_.empty()) {
        whole_.swap(partial_);
        partial_.clear();
        whole_ += line;
        line = whole_;
      }
      if (!each(line)) return false;
    }
    return true;
  }

  // What came behind the last newline.
  std::string_view rest() const { return partial_; }

 private:
  std::size_t longest_;
  std::string partial_;
  std::string whole_;
};

}  // namespace orch::pipeline
