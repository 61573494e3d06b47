// The file of one download: made with the first byte, kept between attempts, gone unless kept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace orch::http {

// Every error is output_failed and names the path.
class BodyFile {
 public:
  explicit BodyFile(std::string path) : path_(std::move(path)) {}
  ~BodyFile();
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  std::uint64_t size() const { return size_; }
  Status open();     // creates it, 0600, never over an existing one; again: nothing
  Status restart();  // back to zero bytes
  Status append(std::string_view bytes);
  Status keep();  // closes it; from now on it stays

 private:
  std::string path_;
  Fd fd_;
  std::uint64_t size_ = 0;
  bool created_ = false;
};

}  // namespace orch::http
