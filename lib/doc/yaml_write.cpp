#include <algorithm>
#include <array>

#include "base/text.h"
#include "doc/number_text.h"
#include "doc/value.h"

namespace orch::doc {
namespace {

// Code points that JSON prints as they are and YAML does not count as printable: DEL and the C1
// control bytes, line and paragraph separators, byte order mark and non-characters.
struct Escape {
  std::string_view bytes;
  std::string_view text;
};
constexpr std::array<Escape, 6> kEscapes = {{{"\x7F", "\\x7F"},
                                             {"\xE2\x80\xA8", "\\u2028"},
                                             {"\xE2\x80\xA9", "\\u2029"},
                                             {"\xEF\xBB\xBF", "\\uFEFF"},
                                             {"\xEF\xBF\xBE", "\\uFFFE"},
                                             {"\xEF\xBF\xBF", "\\uFFFF"}}};

constexpr std::size_t kLongestKey = 1000;  // YAML allows 1024 characters before the ':'

// Keys that no YAML reader, 1.1 or 1.2, takes for anything but text.
bool is_plain_key(std::string_view key) {
  constexpr std::string_view kFirst = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  constexpr std::string_view kMore =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-";
  constexpr std::array<std::string_view, 9> kWords = {"y",   "n",    "yes",   "no",  "on",
                                                      "off", "true", "false", "null"};
  if (key.empty() || key.size() > kLongestKey) return false;
  if (kFirst.find(key[0]) == std::string_view::npos) return false;
  if (key.find_first_not_of(kMore) != std::string_view::npos) return false;
  return std::find(kWords.begin(), kWords.end(), lower(key)) == kWords.end();
}

class Writer {
 public:
  // Writes the value behind a key, a dash or nothing, up to the end of its last line.
  void write(const Value& value, std::size_t indent, bool after_key) {
    const auto* list = value.array();
    const auto* members = value.object();
    if (list != nullptr && !list->empty()) return write_list(*list, indent, after_key);
    if (members != nullptr && !members->empty()) {
      return write_mapping(*members, indent, after_key);
    }
    if (after_key) out_ += ' ';
    if (list != nullptr) {
      out_ += "[]";
    } else if (members != nullptr) {
      out_ += "{}";
    } else if (const auto* text = value.string()) {
      append_yaml_string(out_, *text);
    } else {
      append_bare_scalar(out_, value);
    }
    out_ += '\n';
  }

  std::string take() { return std::move(out_); }

 private:
  void write_list(const Value::Array& list, std::size_t indent, bool after_key) {
    bool inline_first = !after_key;
    if (after_key) out_ += '\n';
    for (const Value& item : list) {
      if (!inline_first) out_.append(indent, ' ');
      inline_first = false;
      out_ += "- ";
      write(item, indent + 2, false);
    }
  }

  void write_mapping(const Value::Object& members, std::size_t indent, bool after_key) {
    bool inline_first = !after_key;
    if (after_key) out_ += '\n';
    for (const auto& [key, value] : members) {
      if (!inline_first) out_.append(indent, ' ');
      inline_first = false;
      write_key(key, indent);
      out_ += ':';
      write(value, indent + 2, true);
    }
  }

  void write_key(std::string_view key, std::size_t indent) {
    if (is_plain_key(key)) {
      out_ += key;
      return;
    }
    const std::size_t start = out_.size();
    append_yaml_string(out_, key);
    if (out_.size() - start <= kLongestKey) return;
    out_.insert(start, "? ");
    out_ += '\n';
    out_.append(indent, ' ');
  }

  std::string out_;
};

}  // namespace

void append_yaml_string(std::string& out, std::string_view text) {
  std::string json;
  append_json_string(json, text);
  for (std::size_t i = 0; i < json.size();) {
    const std::string_view rest = std::string_view(json).substr(i);
    if (rest.size() > 1 && rest[0] == '\xC2' && static_cast<unsigned char>(rest[1]) < 0xA0) {
      constexpr char kHex[] = "0123456789ABCDEF";
      out += "\\x";
      out += kHex[(rest[1] >> 4) & 15];
      out += kHex[rest[1] & 15];
      i += 2;
      continue;
    }
    const auto* escape = std::find_if(kEscapes.begin(), kEscapes.end(),
                                      [&](const Escape& e) { return rest.starts_with(e.bytes); });
    if (escape != kEscapes.end()) {
      out += escape->text;
      i += escape->bytes.size();
    } else {
      out += json[i++];
    }
  }
}

std::string to_yaml(const Value& value) {
  Writer writer;
  writer.write(value, 0, false);
  return writer.take();
}

}  // namespace orch::doc
