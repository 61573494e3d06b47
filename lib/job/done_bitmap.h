// One bit an input: has it a line? Kept in the store piece by piece, only what has changed.
#pragma once

#include <cstdint>
#include <vector>

#include "store/store.h"

namespace orch::job {

class DoneBitmap {
 public:
  static constexpr std::uint64_t kChunk = 65'536;  // inputs: 8 KiB

  DoneBitmap() = default;
  explicit DoneBitmap(std::uint64_t total);
  // False when the pieces do not fit `total` inputs; the bitmap is then of no use.
  bool load(const std::vector<store::BitmapChunk>& chunks);

  std::uint64_t total() const { return total_; }
  bool has(std::uint64_t index) const { return (words_[index / 64] >> (index % 64) & 1) != 0; }
  void set(std::uint64_t index) {
    words_[index / 64] |= std::uint64_t{1} << (index % 64);
    changed_[index / kChunk] = true;
  }
  void clear(std::uint64_t index) { words_[index / 64] &= ~(std::uint64_t{1} << (index % 64)); }
  // Set bits in [begin, end).
  std::uint64_t count(std::uint64_t begin, std::uint64_t end) const;

  void mark_all_changed();
  std::vector<store::BitmapChunk> changed() const;
  void forget_changes();  // they are in the store

 private:
  std::uint64_t chunk_words(std::uint64_t chunk) const;  // all full but the last

  std::uint64_t total_ = 0;
  std::vector<std::uint64_t> words_;
  std::vector<bool> changed_;
};

}  // namespace orch::job
