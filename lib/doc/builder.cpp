#include "doc/builder.h"

#include <fmt/core.h>

#include "base/text.h"

namespace orch::doc {
namespace {

constexpr std::size_t kSearched = 16;  // up to here a linear search beats a hash

}  // namespace

bool Builder::refuse(Position at, std::string what) {
  if (mistake_.empty()) {
    mistake_ = std::move(what);
    mistake_position_ = at;
  }
  return false;
}

bool Builder::in_mapping() const {
  return !frames_.empty() && frames_.back().container.object() != nullptr;
}

bool Builder::wants_key() const { return in_mapping() && !frames_.back().key; }

Position Builder::key_or(Position at) const {
  if (frames_.empty() || !frames_.back().key) return at;
  return frames_.back().key_position;
}

Position Builder::open_position() const {
  return frames_.empty() ? Position{} : frames_.back().container.position();
}

bool Builder::open_list(Position at) { return open(Value::Array{}, at); }

bool Builder::open_mapping(Position at) { return open(Value::Object{}, at); }

bool Builder::open(Value container, Position at) {
  if (frames_.size() >= kMaxDepth) {
    return refuse(at, fmt::format("nested more than {} levels deep", kMaxDepth));
  }
  if (++nodes_ > kMaxNodes) return refuse(at, fmt::format("more than {} values", kMaxNodes));
  container.set_position(at);
  frames_.push_back(Frame{std::move(container), {}, {}, {}});
  return true;
}

bool Builder::key(std::string name, Position at) {
  Frame& frame = frames_.back();
  if (!is_new(frame, name)) {
    return refuse(at, fmt::format("\"{}\" stands twice in one mapping; remove one of the two",
                                  fit(printable(name), 60)));
  }
  frame.key = std::move(name);
  frame.key_position = at;
  return true;
}

bool Builder::is_new(Frame& frame, const std::string& name) {
  const Value::Object& members = *frame.container.object();
  if (members.size() < kSearched) return frame.container.find(name) == nullptr;
  if (members.size() == kSearched) {
    for (const auto& member : members) frame.keys.insert(member.first);
  }
  return frame.keys.insert(name).second;
}

bool Builder::add(Value value, Position at) {
  if (++nodes_ > kMaxNodes) return refuse(at, fmt::format("more than {} values", kMaxNodes));
  value.set_position(at);
  return attach(std::move(value));
}

bool Builder::close() {
  Value done = std::move(frames_.back().container);
  frames_.pop_back();
  return attach(std::move(done));
}

bool Builder::attach(Value value) {
  if (frames_.empty()) {
    root_ = std::move(value);
    return true;
  }
  Frame& frame = frames_.back();
  if (auto* list = frame.container.array()) {
    list->push_back(std::move(value));
    return true;
  }
  value.set_key_position(frame.key_position);
  frame.container.object()->emplace_back(std::move(*frame.key), std::move(value));
  frame.key.reset();
  return true;
}

}  // namespace orch::doc
