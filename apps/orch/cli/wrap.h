// Prose in lines of at most 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace orch::cli {

inline constexpr std::size_t kHelpWidth = 80;

// Paragraphs are parted by blank lines and filled; lines that begin with a blank stay as they are.
// Every line but the first gets `indent` blanks (the caller has written what stands before it).
std::string wrap(std::string_view text, std::size_t indent);

// Two columns: the terms, and beside them the wrapped descriptions.
class TermList {
 public:
  explicit TermList(std::size_t widest = 26) : widest_(widest) {}
  void add(std::string term, std::string text);
  std::string render() const;

 private:
  struct Entry {
    std::string term;
    std::string text;
  };
  std::size_t widest_;  // a longer term gets a line of its own
  std::vector<Entry> entries_;
};

}  // namespace orch::cli
