#include <algorithm>
#include <utility>

#include "base/text.h"

namespace orch {
namespace {

// People mix up case and '-' with '_' without noticing: those differences are free.
std::string folded(std::string_view word) {
  std::string out = lower(word);
  std::ranges::replace(out, '-', '_');
  return out;
}

// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::size_t threshold(std::size_t length) {
  if (length <= 3) return 1;
  return std::max<std::size_t>(2, length / 3);
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> known) {
  constexpr std::size_t kLongest = 100;  // nobody mistypes more; bounds the square
  if (word.empty() || word.size() > kLongest) return std::nullopt;
  const std::string wanted = folded(word);
  const std::string* best = nullptr;
  std::size_t best_edits = threshold(wanted.size()) + 1;
  const std::string* extension = nullptr;  // the one known word that begins with `word`
  bool extension_unique = true;
  for (const auto& candidate : known) {
    if (candidate.size() > kLongest) continue;
    const std::string other = folded(candidate);
    if (wanted.size() >= 3 && other.starts_with(wanted) && other != wanted) {
      extension_unique = extension == nullptr;
      extension = &candidate;
    }
    const std::size_t count = edits(wanted, other);
    // Replacing every letter is not a mistake in typing but another word.
    if (count < best_edits && count < std::max(wanted.size(), other.size())) {
      best = &candidate;
      best_edits = count;
    }
  }
  if (extension != nullptr && extension_unique && best_edits > 1) return *extension;
  if (best == nullptr) return std::nullopt;
  return *best;
}

}  // namespace orch
