#include <charconv>
#include <cmath>

#include "base/text.h"
#include "doc/number_text.h"
#include "doc/value.h"

namespace orch::doc {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, start, i - start);
    start = i + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[c >> 4];
        out += kHex[c & 15];
    }
  }
  out.append(text, start);
}

class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void write(const Value& value) {
    if (const auto* list = value.array()) {
      write_list(*list);
    } else if (const auto* members = value.object()) {
      write_mapping(*members);
    } else if (const auto* text = value.string()) {
      append_json_string(out_, *text);
    } else {
      append_bare_scalar(out_, value);
    }
  }

  std::string take() {
    if (pretty_) out_ += '\n';
    return std::move(out_);
  }

 private:
  void write_list(const Value::Array& list) {
    out_ += '[';
    ++depth_;
    for (const Value& item : list) {
      separate(&item == &list.front());
      write(item);
    }
    close(']', list.empty());
  }

  void write_mapping(const Value::Object& members) {
    out_ += '{';
    ++depth_;
    for (const auto& member : members) {
      separate(&member == &members.front());
      append_json_string(out_, member.first);
      out_ += pretty_ ? ": " : ":";
      write(member.second);
    }
    close('}', members.empty());
  }

  void separate(bool first) {
    if (!first) out_ += ',';
    new_line();
  }
  void close(char bracket, bool empty) {
    --depth_;
    if (!empty) new_line();
    out_ += bracket;
  }
  void new_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  std::string out_;
  std::size_t depth_ = 0;
  bool pretty_;
};

std::string print(const Value& value, bool pretty) {
  Writer writer(pretty);
  writer.write(value);
  return writer.take();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text)) {
    append_escaped(out, text);
  } else {
    append_escaped(out, to_utf8(text));
  }
  out += '"';
}

void append_bare_scalar(std::string& out, const Value& value) {
  if (const auto* flag = value.boolean()) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = value.integer()) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, *integer).ptr);
  } else if (const auto* number = value.real()) {
    append_real(out, *number);
  } else if (const auto* big = value.big_number()) {
    out += big->text;
  } else {
    out += "null";
  }
}

bool exceeds_double(std::string_view number) {
  std::size_t digits = 0;
  bool integer = true;
  for (const char c : number) {
    if (c == 'e' || c == 'E') return digits > 17;
    if (c == '.') integer = false;
    if (c >= '1' || (c == '0' && digits > 0)) ++digits;
  }
  return integer || digits > 17;
}

void append_real(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  const double size = std::abs(number);
  const bool plain = size == 0 || (size >= 1e-5 && size < 1e16);
  char digits[40];
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const char* const end = std::to_chars(digits, digits + sizeof digits, number, format).ptr;
  std::string_view text(digits, static_cast<std::size_t>(end - digits));
  const std::size_t mantissa = std::min(text.find('e'), text.size());
  out += text.substr(0, mantissa);
  // YAML 1.1 readers take 1e+16 for text: the point is needed there, and says "double" in JSON.
  if (text.substr(0, mantissa).find('.') == std::string_view::npos) out += ".0";
  out += text.substr(mantissa);
}

std::string to_json(const Value& value) { return print(value, false); }

std::string to_pretty_json(const Value& value) { return print(value, true); }

}  // namespace orch::doc
