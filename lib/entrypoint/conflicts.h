// Recognises, in output as it flows by, the four texts by which a dependency conflict shows itself
// in a FiftyOne job (as its documentation lists them). Terminals and loggers wrap lines: any run of
// blanks and newlines counts as one blank.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace orch::entrypoint {

class ConflictScanner {
 public:
  // The next bytes of the stream. What may be the beginning of a text is kept for the next call: at
  // most kLongest bytes.
  void feed(std::string_view bytes);
  // Bytes were left out here: no text spans the gap.
  void skip() { carry_.clear(); }

  // What another stream's scanner saw.
  void add(const ConflictScanner& other) { seen_ |= other.seen_; }

  // One line a text that was seen, in a fixed order: what it says and what to do.
  std::vector<std::string> hints() const;

  static constexpr std::size_t kLongest = 1 << 10;
  static constexpr std::size_t kCount = 4;

 private:
  void scan(std::string_view bytes);

  std::string carry_;
  std::bitset<kCount> seen_;
};

}  // namespace orch::entrypoint
