#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "base/text.h"
#include "doc/builder.h"
#include "doc/json_slice.h"
#include "doc/place.h"
#include "doc/value.h"
#include "doc/yaml_rules.h"

namespace orch::doc {
namespace {

// Leaves yaml-cpp's event loop.
struct Stop {};

constexpr std::size_t kMaxAliasedBytes = 16 << 20;
constexpr const char* kTextTag = "tag:yaml.org,2002:str";

class Handler : public YAML::EventHandler {
 public:
  explicit Handler(std::string_view text) : text_(text), place_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(mark, second_document(mark));
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const bool written = begins_with_null(text_.substr(offset(mark)));
    if (builder_.wants_key()) {
      refuse(mark, written ? "null cannot be a key; quote it" : "a key is missing before ':'");
    }
    const bool bare = !written && anchor == 0;
    if (bare && flows_.back() && !builder_.in_mapping()) {
      refuse(mark, "an empty item; remove a ','");
    }
    if (bare && !flows_.back() && builder_.in_mapping() &&
        lacks_colon(text_.substr(key_offset_, offset(mark) - key_offset_))) {
      refuse_at(builder_.key_or(at(mark)), "a ':' is missing behind this key");
    }
    scalar(Value(), written ? at(mark) : builder_.key_or(at(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.wants_key()) refuse(mark, "an alias cannot be a key; write the key out");
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      refuse(mark, "an alias of a list or mapping; write its content out");
    }
    if (const auto* text = found->second.string()) aliased_bytes_ += text->size();
    if (aliased_bytes_ > kMaxAliasedBytes)
      refuse(mark, "the aliases stand for over 16 MiB of text");
    check(builder_.add(found->second, at(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool plain = tag == "?";
    if (!plain && tag != "!" && tag != kTextTag) refuse_tag(mark, tag);
    if (!plain) last_quoted_ = mark;
    if (builder_.wants_key()) {
      if (plain && text == "<<") {
        refuse(mark, "merge keys (<<) are not supported; write the fields out");
      }
      key_offset_ = offset(mark);
      check(builder_.key(mend_escapes(text), at(mark)));
      return;
    }
    if (!plain) return scalar(Value(mend_escapes(text)), at(mark), anchor);
    auto value = resolve_plain_scalar(text);
    if (!value) refuse(mark, value.error().message);
    scalar(std::move(*value), at(mark), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, style);
    check(builder_.open_list(at(mark)));
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, style);
    check(builder_.open_mapping(at(mark)));
  }
  void OnMapEnd() override { close(); }

  // yaml-cpp takes the end of the text for the end of a quote.
  bool has_open_quote() {
    if (last_quoted_.is_null()) return false;
    const auto quote = find_open_quote(text_, offset(last_quoted_));
    return quote && !builder_.refuse(place_.at(*quote), "this quote is never closed");
  }

  void explain(const YAML::Exception& exception) {
    const std::size_t end = offset(exception.mark);
    const bool at_end = trim(text_.substr(end)).empty();
    if (at_end && flows_.back() && exception.msg.ends_with("flow not found")) {
      builder_.refuse(builder_.open_position(), "this bracket is never closed");
      return;
    }
    const Position at = place_.at(end);
    builder_.refuse(at, explain_yaml(exception.msg, text_, at));
  }

  Builder& builder() { return builder_; }

 private:
  Position at(const YAML::Mark& mark) { return place_.at(offset(mark)); }
  std::size_t offset(const YAML::Mark& mark) const {
    return std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), text_.size());
  }

  void scalar(Value value, Position position, YAML::anchor_t anchor) {
    if (anchor != 0) anchored_[anchor] = value;
    check(builder_.add(std::move(value), position));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::EmitterStyle::value style) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse_tag(mark, tag);
    if (builder_.wants_key()) refuse(mark, "a list or mapping cannot be a key; quote the text");
    flows_.push_back(style == YAML::EmitterStyle::Flow);
  }
  void close() {
    flows_.pop_back();
    check(builder_.close());
  }

  std::string second_document(const YAML::Mark& mark) const {
    if (text_.substr(offset(mark)).starts_with("---")) {
      return "a second document starts here; a file holds one: move this to a file of its own";
    }
    return "this does not belong to what stands above; check the indentation, brackets and quotes";
  }

  [[noreturn]] void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    refuse(mark, fmt::format("the tag {} is not supported; remove it",
                             fit(printable(short_tag(tag)), 60)));
  }
  [[noreturn]] void refuse(const YAML::Mark& mark, std::string what) {
    refuse_at(at(mark), std::move(what));
  }
  [[noreturn]] void refuse_at(Position position, std::string what) {
    builder_.refuse(position, std::move(what));
    throw Stop{};
  }
  static void check(bool fine) {
    if (!fine) throw Stop{};
  }

  std::string_view text_;
  Place place_;
  Builder builder_;
  std::map<YAML::anchor_t, Value> anchored_;
  std::vector<bool> flows_ = {false};  // of each open container: [] and {} style
  std::size_t key_offset_ = 0;
  std::size_t aliased_bytes_ = 0;
  YAML::Mark last_quoted_ = YAML::Mark::null_mark();
  int documents_ = 0;
};

Result<Value> read(std::string_view text, std::string_view name) {
  std::istringstream stream{std::string(text)};
  Handler handler(text);
  Builder& builder = handler.builder();
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
    if (!handler.has_open_quote()) return builder.take();
  } catch (const Stop&) {
    // The builder knows what was wrong.
  } catch (const YAML::Exception& exception) {
    if (!handler.has_open_quote()) {
      handler.explain(exception);
    }
  } catch (const std::exception& exception) {
    builder.refuse({1, 1}, printable(exception.what()));
  }
  return refusal(name, builder.mistake_position(), builder.mistake());
}

}  // namespace

Result<Value> parse_yaml(std::string_view text, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (auto unfit = find_unfit_byte(text)) {
    return refusal(name, Place(text).at(unfit->offset), unfit->what);
  }
  // JSON is YAML, but yaml-cpp refuses surrogate pairs and tabs that JSON allows.
  const std::string_view start = trim(text);
  if ((start.starts_with('{') || start.starts_with('[')) && is_json(text)) {
    return parse_json(text, name);
  }
  return read(text, name);
}

}  // namespace orch::doc
