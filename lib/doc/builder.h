// Puts a Value together from the events of a reader, and holds the limits both readers share.
#pragma once

#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "doc/value.h"

namespace orch::doc {

class Builder {
 public:
  static constexpr std::size_t kMaxDepth = 64;
  static constexpr std::size_t kMaxNodes = 1'000'000;

  // All are false at the first mistake; `mistake` then says what and where.
  bool open_list(Position at);
  bool open_mapping(Position at);
  bool key(std::string name, Position at);
  bool add(Value value, Position at);
  bool close();
  bool refuse(Position at, std::string what);

  bool in_mapping() const;
  // True when the next scalar of the open mapping is a key.
  bool wants_key() const;
  // Where the key stands whose value comes next; the value's own place when there is none.
  Position key_or(Position at) const;
  // Of the innermost list or mapping that is still open.
  Position open_position() const;
  const std::string& mistake() const { return mistake_; }
  Position mistake_position() const { return mistake_position_; }
  // Null when nothing was read.
  Value take() { return std::move(root_); }

 private:
  struct Frame {
    Value container;
    std::optional<std::string> key;
    Position key_position;
    std::unordered_set<std::string> keys;  // filled only for mappings too long to search
  };

  bool open(Value container, Position at);
  bool attach(Value value);
  static bool is_new(Frame& frame, const std::string& name);

  std::vector<Frame> frames_;
  Value root_;
  std::size_t nodes_ = 0;
  std::string mistake_;
  Position mistake_position_;
};

}  // namespace orch::doc
