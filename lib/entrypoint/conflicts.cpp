#include "entrypoint/conflicts.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace orch::entrypoint {
namespace {

// ' ' stands for any run of blanks, '*' for a quoted name: anything but a quotation mark, not
// empty.
constexpr std::array<std::string_view, ConflictScanner::kCount> kTexts = {
    "Could not reach driver of cluster", "Cannot read the python file",
    "Library installation error",
    "requires that \"*\" is installed on your machine, but found \"*\""};

constexpr std::size_t kLongestName = 200;

enum class Match { no, partly, whole };

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Whether `bytes` begins with the text; partly: they end before that is decided.
Match match(std::string_view text, std::string_view bytes) {
  std::size_t at = 0;
  for (const char wanted : text) {
    if (at == bytes.size()) return Match::partly;
    const std::size_t begin = at;
    if (wanted == ' ') {
      while (at < bytes.size() && is_blank(bytes[at])) ++at;
    } else if (wanted == '*') {
      while (at < bytes.size() && bytes[at] != '"' && at - begin < kLongestName) ++at;
    } else if (bytes[at] == wanted) {
      ++at;
    }
    if (at == begin) return Match::no;
  }
  return Match::whole;
}

// What is looked for first: three bytes at or near each text's beginning that are rare together.
struct Rare {
  std::size_t at;  // in the text
  char a, b, c;
};
constexpr std::array<Rare, ConflictScanner::kCount> kRare = {
    Rare{0, 'C', 'o', 'u'}, Rare{0, 'C', 'a', 'n'}, Rare{0, 'L', 'i', 'b'}, Rare{2, 'q', 'u', 'i'}};
constexpr std::size_t kRareLength = 3;

// One of the three-byte groups begins here, or might: the bytes end before that is decided.
bool may_begin(std::string_view bytes) {
  return std::any_of(kRare.begin(), kRare.end(), [&](const Rare& rare) {
    if (bytes[0] != rare.a) return false;
    if (bytes.size() < kRareLength) return true;
    return bytes[1] == rare.b && bytes[2] == rare.c;
  });
}

// 16 places at once: a register of every x86-64 and arm64.
using Block = signed char __attribute__((vector_size(16)));

Block load(const char* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof block);
  return block;
}

bool block_may_begin(const char* bytes) {
  const Block first = load(bytes);
  const Block second = load(bytes + 1);
  const Block any = ((first == 'C') & ((second == 'o') | (second == 'a'))) |
                    ((first == 'L') & (second == 'i')) | ((first == 'q') & (second == 'u'));
  std::array<std::uint64_t, 2> halves;
  std::memcpy(halves.data(), &any, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

// The next place where a text may begin, or the end.
std::size_t next_beginning(std::string_view bytes, std::size_t from) {
  constexpr std::size_t kAhead = sizeof(Block) + kRareLength - 1;
  for (; from < bytes.size(); ++from) {
    while (from + kAhead <= bytes.size() && !block_may_begin(bytes.data() + from)) {
      from += sizeof(Block);
    }
    const std::size_t end = std::min(bytes.size(), from + sizeof(Block));
    for (; from < end; ++from) {
      if (may_begin(bytes.substr(from))) return from;
    }
    --from;
  }
  return bytes.size();
}

}  // namespace

void ConflictScanner::feed(std::string_view bytes) {
  if (carry_.empty()) return scan(bytes);
  const std::string joined = std::move(carry_).append(bytes);
  carry_.clear();
  scan(joined);
}

void ConflictScanner::scan(std::string_view bytes) {
  std::size_t keep = bytes.size();
  for (std::size_t at = next_beginning(bytes, 0); at < bytes.size();
       at = next_beginning(bytes, at + 1)) {
    for (std::size_t text = 0; text < kTexts.size(); ++text) {
      if (kRare[text].a != bytes[at] || at < kRare[text].at) continue;
      const std::size_t begin = at - kRare[text].at;
      const Match found = match(kTexts[text], bytes.substr(begin));
      if (found == Match::whole) seen_.set(text);
      if (found == Match::partly && keep == bytes.size()) keep = begin;
    }
  }
  // A lone "r" or "re" at the end may become "requires".
  if (keep == bytes.size() && bytes.ends_with("re")) keep -= 2;
  if (keep == bytes.size() && bytes.ends_with('r')) keep -= 1;
  if (bytes.size() - keep <= kLongest) carry_ = bytes.substr(keep);
}

std::vector<std::string> ConflictScanner::hints() const {
  static constexpr std::array<std::string_view, ConflictScanner::kCount> kCauses = {
      "the driver did not start: usually a library of the environment replaced one that the "
      "cluster itself needs",
      "the entrypoint could not be read: usually the cluster's start was broken by a library, else "
      "the path is wrong",
      "a library of the environment could not be installed beside the others",
      "two libraries of the environment ask for different versions of a third"};
  std::vector<std::string> hints;
  for (std::size_t text = 0; text < kCauses.size(); ++text) {
    if (!seen_.test(text)) continue;
    std::string quoted;
    for (const char c : kTexts[text]) quoted += c == '*' ? std::string("…") : std::string(1, c);
    hints.push_back("the output says “" + quoted + "”: " + std::string(kCauses[text]) +
                    "; pin the versions in the requirements or image until they agree");
  }
  return hints;
}

}  // namespace orch::entrypoint
