#include <doctest/doctest.h>

#include <set>

#include "base/random.h"
#include "job/done_bitmap.h"

namespace orch::job {

TEST_CASE("count agrees with counting, at every kind of border") {
  constexpr std::uint64_t kTotal = 200;
  SeededRandom random(1);
  DoneBitmap bitmap(kTotal);
  std::set<std::uint64_t> expected;
  for (int i = 0; i < 90; ++i) {
    const std::uint64_t index = random.next() % kTotal;
    bitmap.set(index);
    expected.insert(index);
  }
  for (std::uint64_t begin = 0; begin <= kTotal; ++begin) {
    for (std::uint64_t end = begin; end <= kTotal; ++end) {
      const auto counted = std::distance(expected.lower_bound(begin), expected.lower_bound(end));
      REQUIRE(bitmap.count(begin, end) == static_cast<std::uint64_t>(counted));
    }
  }
  CHECK(bitmap.count(0, 1'000'000) == expected.size());
}

TEST_CASE("what was saved is loaded again, whatever the size") {
  for (const std::uint64_t total :
       {1U, 63U, 64U, 65U, 65'535U, 65'536U, 65'537U, 131'072U, 200'001U}) {
    CAPTURE(total);
    DoneBitmap bitmap(total);
    CHECK(bitmap.changed().empty());
    bitmap.set(0);
    bitmap.set(total - 1);
    DoneBitmap back(total);
    REQUIRE(back.load(bitmap.changed()));
    CHECK(back.has(0));
    CHECK(back.has(total - 1));
    CHECK(back.count(0, total) == (total == 1 ? 1 : 2));
    CHECK(back.changed().empty());
    bitmap.forget_changes();
    CHECK(bitmap.changed().empty());
  }
}

TEST_CASE("pieces that do not fit are refused") {
  const std::string full(8192, '\0');
  CHECK(!DoneBitmap(65'536).load({{1, full}}));
  CHECK(!DoneBitmap(65'536).load({{0, full + "x"}}));
  CHECK(!DoneBitmap(100).load({{0, full}}));
  CHECK(!DoneBitmap(100).load({{0, std::string(16, '\xff')}}));  // bits behind the last input
  CHECK(DoneBitmap(128).load({{0, std::string(16, '\xff')}}));
}

}  // namespace orch::job
