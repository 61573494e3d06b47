#include <fmt/core.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <cstring>
#include <map>
#include <sstream>

#include "base/text.h"
#include "doc/builder.h"
#include "doc/json_slice.h"
#include "doc/place.h"
#include "doc/value.h"
#include "doc/yaml_rules.h"

namespace orch::doc {
namespace {

// Leaves yaml-cpp's event loop; the builder knows what was wrong.
struct Stop {};

constexpr const char* kTextTag = "tag:yaml.org,2002:str";

class Handler : public YAML::EventHandler {
 public:
  explicit Handler(std::string_view text) : place_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) {
      refuse(mark,
             "a second document starts here; a file holds one: close the brackets or quotes of the "
             "first, or move this one to a file of its own");
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.wants_key()) refuse(mark, "a key is missing before ':'");
    scalar(Value(), builder_.key_or(at(mark)), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.wants_key()) refuse(mark, "an alias cannot be a key; write the key out");
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) {
      refuse(mark, "an alias of a list or mapping; write its content out");
    }
    check(builder_.add(found->second, at(mark)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool plain = tag == "?";
    if (!plain && tag != "!" && tag != kTextTag) refuse_tag(mark, tag);
    if (builder_.wants_key()) {
      if (plain && text == "<<") {
        refuse(mark, "merge keys (<<) are not supported; write the fields out");
      }
      check(builder_.key(text, at(mark)));
      return;
    }
    if (!plain) return scalar(Value(text), at(mark), anchor);
    auto value = resolve_plain_scalar(text);
    if (!value) refuse(mark, value.error().message);
    scalar(std::move(*value), at(mark), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    collection(mark, tag);
    check(builder_.open_list(at(mark)));
  }
  void OnSequenceEnd() override { check(builder_.close()); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    collection(mark, tag);
    check(builder_.open_mapping(at(mark)));
  }
  void OnMapEnd() override { check(builder_.close()); }

  Builder& builder() { return builder_; }
  Position at(const YAML::Mark& mark) {
    return place_.at(mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos));
  }

 private:
  void scalar(Value value, Position position, YAML::anchor_t anchor) {
    if (anchor != 0) anchored_[anchor] = value;
    check(builder_.add(std::move(value), position));
  }

  void collection(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") refuse_tag(mark, tag);
    if (builder_.wants_key()) refuse(mark, "a list or mapping cannot be a key; quote the text");
  }

  [[noreturn]] void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    refuse(mark, fmt::format("the tag {} is not supported; remove it",
                             fit(printable(short_tag(tag)), 60)));
  }
  [[noreturn]] void refuse(const YAML::Mark& mark, std::string what) {
    builder_.refuse(at(mark), std::move(what));
    throw Stop{};
  }
  static void check(bool fine) {
    if (!fine) throw Stop{};
  }

  Place place_;
  Builder builder_;
  std::map<YAML::anchor_t, Value> anchored_;
  int documents_ = 0;
};

Result<Value> read(std::string_view text, std::string_view name) {
  std::istringstream stream{std::string(text)};
  Handler handler(text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Stop&) {
    return refusal(name, handler.builder().mistake_position(), handler.builder().mistake());
  } catch (const YAML::Exception& exception) {
    const bool known = !exception.mark.is_null();
    const Position at = known ? handler.at(exception.mark) : Place(text).at(text.size());
    return refusal(name, at, explain_yaml(exception.msg, text, at));
  } catch (const std::exception& exception) {
    return refusal(name, {1, 1}, printable(exception.what()));
  }
  return handler.builder().take();
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
