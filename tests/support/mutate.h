// Documents that are nearly right: random JSON, and byte-wise damage, from a fixed seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace orch::test {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : engine_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }

  // A JSON object with at most five members, nested at most four levels.
  std::string json_object() { return object(0); }

  // One to four small changes: a byte flipped, removed, doubled or put in, a piece moved.
  std::string damage(std::string text) {
    for (std::size_t times = 1 + below(4); times > 0 && !text.empty(); --times) {
      const std::size_t at = below(text.size());
      switch (below(6)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, 1 + below(3));
          break;
        case 2:
          text.insert(at, text.substr(at, 1 + below(8)));
          break;
        case 3:
          text.insert(at, 1, pick(kTelling));
          break;
        case 4:
          text.insert(below(text.size()), text.substr(at, 1 + below(16)));
          break;
        default:
          text.resize(at);
          break;
      }
    }
    return text;
  }

 private:
  static constexpr std::string_view kTelling =
      "{}[]\",:\\/\t\n\r '&*!|>#%@`-?~0123.eE+u\x00\x7F\xC3";

  char pick(std::string_view bytes) { return bytes[below(bytes.size())]; }

  std::string object(int depth) {
    std::string out = "{" + blanks();
    const std::size_t members = below(6);
    for (std::size_t i = 0; i < members; ++i) {
      if (i > 0) out += "," + blanks();
      out += "\"k" + std::to_string(i) + "\"" + blanks() + ":" + blanks() + value(depth + 1);
    }
    return out + blanks() + "}";
  }

  std::string list(int depth) {
    std::string out = "[";
    const std::size_t items = below(5);
    for (std::size_t i = 0; i < items; ++i) out += (i > 0 ? "," : "") + value(depth + 1) + blanks();
    return out + "]";
  }

  std::string value(int depth) {
    constexpr std::string_view kScalars[] = {"null",
                                             "true",
                                             "false",
                                             "0",
                                             "-0",
                                             "1.0",
                                             "-2.5e-7",
                                             "1E+30",
                                             "123456789012345678901",
                                             "\"\"",
                                             "\"text\"",
                                             "\"\\u00e9\\ud83d\\ude00\"",
                                             "\"é字😀\"",
                                             "\"\\\"\\\\\\n\\/\""};
    if (depth < 4 && below(3) == 0) return object(depth);
    if (depth < 4 && below(3) == 0) return list(depth);
    return std::string(kScalars[below(std::size(kScalars))]);
  }

  std::string blanks() {
    constexpr std::string_view kBlanks[] = {"", "", "", " ", "\n", "\t "};
    return std::string(kBlanks[below(std::size(kBlanks))]);
  }

  std::mt19937 engine_;
};

}  // namespace orch::test
