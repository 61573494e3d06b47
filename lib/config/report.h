// All mistakes of one file, told at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "doc/value.h"

namespace orch::config {

class Report {
 public:
  static constexpr std::size_t kMostShown = 20;

  // The file as the user named it ("job.yaml").
  explicit Report(std::string name) : name_(std::move(name)) {}

  // At a value: "job.yaml:3:5: path: what; cure". Values from --set say "--set path" instead.
  void mistake(const doc::Value& at, std::string_view path, std::string_view what);
  // At the key of a member (unknown fields).
  void mistake_at_key(const doc::Value& member, std::string_view path, std::string_view what);
  // A field that `in` should have; shown after all mistakes.
  void missing(const doc::Value& in, std::string_view path, std::string_view what);
  // Something to tell that stops nothing.
  void warn(const doc::Value& member, std::string_view path, std::string_view what);

  bool ok() const { return mistakes_.empty(); }
  std::vector<std::string> warnings() const;
  // invalid_file, "job.yaml: 3 mistakes", each mistake a detail: at most 20, then "… and N more".
  Error error() const;

 private:
  struct Line {
    bool is_missing = false;
    doc::Position position;
    std::string text;
  };
  Line line(doc::Position position, std::string_view path, std::string_view what) const;

  std::string name_;
  std::vector<Line> mistakes_;
  std::vector<Line> warnings_;
};

// Values that --set gave stand at this "position".
inline constexpr doc::Position kFromSet{-1, -1};
inline bool is_from_set(const doc::Value& value) { return value.position().line < 0; }

}  // namespace orch::config
