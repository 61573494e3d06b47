#include "job/done_bitmap.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace orch::job {
namespace {

static_assert(std::endian::native == std::endian::little, "chunks are little-endian");

constexpr std::uint64_t kWords = DoneBitmap::kChunk / 64;  // of a full chunk

}  // namespace

DoneBitmap::DoneBitmap(std::uint64_t total)
    : total_(total), words_((total + 63) / 64), changed_((total + kChunk - 1) / kChunk) {}

std::uint64_t DoneBitmap::chunk_words(std::uint64_t chunk) const {
  return std::min(kWords, words_.size() - chunk * kWords);
}

bool DoneBitmap::load(const std::vector<store::BitmapChunk>& chunks) {
  for (const store::BitmapChunk& chunk : chunks) {
    if (chunk.chunk >= changed_.size()) return false;
    if (chunk.bits.size() != chunk_words(chunk.chunk) * 8) return false;
    std::memcpy(words_.data() + chunk.chunk * kWords, chunk.bits.data(), chunk.bits.size());
  }
  return total_ % 64 == 0 || words_.back() >> (total_ % 64) == 0;
}

std::uint64_t DoneBitmap::count(std::uint64_t begin, std::uint64_t end) const {
  end = std::min(end, total_);
  std::uint64_t set = 0;
  while (begin < end) {
    const std::uint64_t stop = std::min(end, (begin / 64 + 1) * 64);
    std::uint64_t word = words_[begin / 64] >> (begin % 64);
    if (stop - begin < 64) word &= (std::uint64_t{1} << (stop - begin)) - 1;
    set += static_cast<std::uint64_t>(std::popcount(word));
    begin = stop;
  }
  return set;
}

void DoneBitmap::mark_all_changed() { changed_.assign(changed_.size(), true); }

std::vector<store::BitmapChunk> DoneBitmap::changed() const {
  std::vector<store::BitmapChunk> chunks;
  for (std::uint64_t chunk = 0; chunk < changed_.size(); ++chunk) {
    if (!changed_[chunk]) continue;
    const char* bytes = reinterpret_cast<const char*>(words_.data() + chunk * kWords);
    chunks.push_back({chunk, std::string(bytes, chunk_words(chunk) * 8)});
  }
  return chunks;
}

void DoneBitmap::forget_changes() { changed_.assign(changed_.size(), false); }

}  // namespace orch::job
