#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/text.h"

using namespace orch;
using namespace std::chrono_literals;

TEST_CASE("durations are a number and one unit") {
  CHECK(parse_duration("500ms") == Duration(500ms));
  CHECK(parse_duration("90s") == Duration(90s));
  CHECK(parse_duration("15m") == Duration(15min));
  CHECK(parse_duration("2h") == Duration(2h));
  CHECK(parse_duration("0s") == Duration(0));
  CHECK(parse_duration("1.5s") == Duration(1500ms));
  CHECK(parse_duration("0.000001ms") == Duration(1));
  CHECK(parse_duration("87600h") == Duration(87600h));
  for (const char* bad : {"",
                          "s",
                          "90",
                          "-1s",
                          "+1s",
                          " 1s",
                          "1s ",
                          "1 s",
                          "1d",
                          "1S",
                          "1h30m",
                          "1e3s",
                          "0x1s",
                          ".5s",
                          "1.s",
                          "1..5s",
                          "nans",
                          "infs",
                          "87601h",
                          "87600.1h",
                          "99999999999999999999s",
                          "9999999999999999999h",
                          "1.0000000001s",
                          "1µs"}) {
    CAPTURE(bad);
    const auto result = parse_duration(bad);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::invalid_value);
    CHECK(result.error().message.find(std::string("\"") + bad + "\"") == 0);
    CHECK_FALSE(result.error().hint.empty());
  }
}

TEST_CASE("durations are shown short") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(Duration(250'000)) == "0.25ms");
  CHECK(format_duration(Duration(20)) == "<0.01ms");
  CHECK(format_duration(1500us) == "1.5ms");
  CHECK(format_duration(9990us) == "10ms");
  CHECK(format_duration(250ms) == "250ms");
  CHECK(format_duration(999ms) == "999ms");
  CHECK(format_duration(Duration(999'600'000)) == "1s");
  CHECK(format_duration(1500ms) == "1.5s");
  CHECK(format_duration(59'960ms) == "1m");
  CHECK(format_duration(90s) == "1m30s");
  CHECK(format_duration(15min) == "15m");
  CHECK(format_duration(3599'600ms) == "1h");
  CHECK(format_duration(2h + 5min) == "2h5m");
  CHECK(format_duration(23h + 59min + 59s) == "1d");
  CHECK(format_duration(76h) == "3d4h");
  CHECK(format_duration(-90s) == "-1m30s");
  CHECK_FALSE(format_duration(Duration::min()).empty());
  CHECK_FALSE(format_duration(Duration::max()).empty());
}

TEST_CASE("sizes are bytes or a number and a unit") {
  CHECK(parse_size("128") == 128);
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("64KiB") == 64U << 10);
  CHECK(parse_size("5MB") == 5'000'000);
  CHECK(parse_size("1.5MiB") == 3U << 19);
  CHECK(parse_size("2GiB") == 2ULL << 30);
  CHECK(parse_size("1TiB") == 1ULL << 40);
  CHECK(parse_size("7B") == 7);
  CHECK(parse_size("3kB") == 3000);
  CHECK(parse_size("9223372036854775807") == INT64_MAX);
  for (const char* bad : {"", "KiB", "64 KiB", "64k", "64K", "64kib", "-1", "+1", "0x10", "1e3",
                          "1,5MB", "9223372036854775808", "8388608TiB", "99999999999999999999"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_size(bad));
  }
}

TEST_CASE("sizes are shown with one decimal at most") {
  CHECK(format_size(0) == "0 B");
  CHECK(format_size(1023) == "1023 B");
  CHECK(format_size(1024) == "1 KiB");
  CHECK(format_size(1536) == "1.5 KiB");
  CHECK(format_size((1U << 20) - 1) == "1 MiB");
  CHECK(format_size(3U << 19) == "1.5 MiB");
  CHECK(format_size(std::numeric_limits<std::uint64_t>::max()) == "16 EiB");
}

TEST_CASE("integers are decimal") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-0") == 0);
  CHECK(parse_integer("-12") == -12);
  CHECK(parse_integer("9223372036854775807") == INT64_MAX);
  CHECK(parse_integer("-9223372036854775808") == INT64_MIN);
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "010", "0x10", "1e3", "1.0", "--1", "1_000",
                          "9223372036854775808", "-9223372036854775809"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_integer(bad));
  }
}

TEST_CASE("numbers are decimal and finite") {
  CHECK(parse_number("0.75") == 0.75);
  CHECK(parse_number("-3") == -3.0);
  CHECK(parse_number("0") == 0.0);
  CHECK(std::signbit(parse_number("-0.0").value()));
  const std::string huge(400, '9');
  for (const char* bad : {"", "-", ".", "1.", ".5", "nan", "inf", "-inf", "1e5", "0x1p3", "01",
                          "1,5", " 1", "1 ", huge.c_str()}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_number(bad));
  }
}
