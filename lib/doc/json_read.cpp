#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "doc/builder.h"
#include "doc/number_text.h"
#include "doc/place.h"
#include "doc/value.h"

namespace orch::doc {
namespace {

using nlohmann::json;

// nlohmann tells no positions: the handler follows the text itself, token by token. It may trust
// each token, since nlohmann has already accepted it.
class Handler : public nlohmann::json_sax<json> {
 public:
  explicit Handler(std::string_view text) : text_(text), place_(text) {}

  bool null() override { return scalar(nullptr, 4); }
  bool boolean(bool value) override { return scalar(value, value ? 4 : 5); }
  bool number_integer(std::int64_t value) override {
    const std::string_view token = number_token();
    if (value == 0 && token == "-0") return scalar(-0.0, token.size());
    return scalar(value, token.size());
  }
  bool number_unsigned(std::uint64_t value) override {
    return scalar(value, number_token().size());
  }
  bool number_float(double value, const std::string&) override {
    const std::string_view token = number_token();
    if (exceeds_double(token)) return scalar(Value::BigNumber{std::string(token)}, token.size());
    return scalar(value, token.size());
  }
  bool string(std::string& value) override { return scalar(std::move(value), string_length()); }
  bool binary(json::binary_t&) override { return false; }

  bool start_object(std::size_t) override { return builder_.open_mapping(next(1)); }
  bool key(std::string& name) override {
    return builder_.key(std::move(name), next(string_length()));
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override { return builder_.open_list(next(1)); }
  bool end_array() override { return end(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& exception) override {
    return builder_.refuse(place_.at(position > 0 ? position - 1 : 0), reason(exception.what()));
  }

  // nlohmann takes a NUL byte for the end of the text.
  bool is_at_end() {
    const std::size_t rest = std::min(text_.find_first_not_of(" \t\r\n", cursor_), text_.size());
    return rest == text_.size() ||
           builder_.refuse(place_.at(rest), "not JSON: more behind the value");
  }

  Builder& builder() { return builder_; }

 private:
  bool scalar(Value value, std::size_t length) {
    return builder_.add(std::move(value), next(length));
  }

  bool end() {
    next(1);
    return builder_.close();
  }

  // Skips what stands between two tokens.
  std::size_t token_start() {
    while (cursor_ < text_.size() &&
           std::string_view(" \t\r\n,:").find(text_[cursor_]) != std::string_view::npos) {
      ++cursor_;
    }
    return cursor_;
  }

  Position next(std::size_t length) {
    const std::size_t start = token_start();
    cursor_ += length;
    return place_.at(start);
  }

  std::string_view number_token() {
    const std::size_t start = token_start();
    const std::size_t end = text_.find_first_not_of("0123456789+-.eE", start);
    return text_.substr(start, end == std::string_view::npos ? end : end - start);
  }

  std::size_t string_length() {
    const std::size_t start = token_start();
    std::size_t end = start + 1;
    while (text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    return end + 1 - start;
  }

  // nlohmann's reason without its own numbering, and without the text it stumbled over: a
  // server's answer may hold a secret.
  static std::string reason(std::string_view what) {
    if (what.find("out_of_range.406") != std::string_view::npos) {
      return "not JSON: a number too large for a double";
    }
    const std::size_t column = what.find("column ");
    if (column != std::string_view::npos) {
      const std::size_t colon = what.find(": ", column);
      if (colon != std::string_view::npos) what.remove_prefix(colon + 2);
    }
    std::string text(what.substr(0, what.find("; last read:")));
    if (const std::size_t more = what.find("; expected"); more != std::string_view::npos) {
      text += what.substr(more);
    }
    return fmt::format("not JSON: {}", printable(text));
  }

  std::string_view text_;
  Place place_;
  std::size_t cursor_ = 0;
  Builder builder_;
};

}  // namespace

Result<Value> parse_json(std::string_view text, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    return refusal(name, {1, 1}, "not JSON: it starts with a byte order mark");
  }
  Handler handler(text);
  bool whole = false;
  try {
    whole = json::sax_parse(text.begin(), text.end(), &handler) && handler.is_at_end();
  } catch (const std::exception& exception) {
    return refusal(name, {1, 1}, printable(exception.what()));
  }
  Builder& builder = handler.builder();
  if (!whole) return refusal(name, builder.mistake_position(), builder.mistake());
  return builder.take();
}

}  // namespace orch::doc
