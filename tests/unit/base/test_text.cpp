#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/text.h"

using namespace orch;
using namespace std::string_literals;

TEST_CASE("is_utf8 takes what the standard takes and nothing else") {
  for (const auto& good : {""s, "plain"s, "\x7f"s, "\0"s, "é"s, "日本"s, "😀"s, "\xf4\x8f\xbf\xbf"s,
                           "\xed\x9f\xbf"s, "\xee\x80\x80"s, "0123456é89abcdef"s}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const auto& bad :
       {"\x80"s, "\xbf"s, "\xc0\x80"s, "\xc1\xbf"s, "\xe0\x80\x80"s, "\xe0\x9f\xbf"s,
        "\xed\xa0\x80"s, "\xf0\x8f\xbf\xbf"s, "\xf4\x90\x80\x80"s, "\xf5\x80\x80\x80"s, "\xff"s,
        "\xc3"s, "\xe2\x82"s, "\xf0\x9f\x98"s, "abcdefgh\xc3"s,
        "\xc3("
        "x"s}) {
    CAPTURE(printable(bad));
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("to_utf8 replaces each broken beginning once and keeps the rest") {
  CHECK(to_utf8("é\xff日") == "é\xef\xbf\xbd日");
  CHECK(to_utf8("a\xe2\x82") == "a\xef\xbf\xbd");
  CHECK(to_utf8("\xe2\x82(") == "\xef\xbf\xbd(");
  CHECK(to_utf8("\xf0\x80\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(to_utf8("unchanged") == "unchanged");
}

TEST_CASE("printable shows what would drive a terminal") {
  CHECK(printable("a\x1b[31mb\x07\x7f") == "a\\x1b[31mb\\x07\\x7f");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(printable("a\nb\tc\rd", true) == "a\nb\tc\\rd");
  CHECK(printable("a\0b"s) == "a\\x00b");
  CHECK(printable("\xff\xe2\x82") == "\\xff\\xe2\\x82");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u009b31m");
  CHECK(printable("abc\xe2\x80\xae"
                  "def\xe2\x81\xa6") == "abc\\u202edef\\u2066");
  CHECK(printable("é 日本 😀") == "é 日本 😀");
}

TEST_CASE("display_width counts columns, not bytes") {
  CHECK(display_width("") == 0);
  CHECK(display_width("plain") == 5);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\xcc\x81") == 1);  // e and a combining accent
  CHECK(display_width("日本語") == 6);
  CHECK(display_width("ｆｕｌｌ") == 8);
  CHECK(display_width("한국") == 4);
  CHECK(display_width("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab") == 2);  // one syllable in three parts
  CHECK(display_width("😀") == 2);
  CHECK(display_width("a\xe2\x80\x8b"
                      "b") == 2);  // zero width space
  CHECK(display_width("✔ ×…") == 4);
  CHECK(display_width("\xff\xff") == 2);
  CHECK(display_width("😀\xf3\xb0\x80\x80") == 3);
}

TEST_CASE("fit cuts to columns and says so") {
  CHECK(fit("short", 5) == "short");
  CHECK(fit("longer", 5) == "long…");
  CHECK(fit("日本語", 6) == "日本語");
  CHECK(fit("日本語", 5) == "日本…");
  CHECK(fit("日本語", 4) == "日…");
  CHECK(fit("日本語", 1) == "…");
  CHECK(fit("longer", 0) == "");
  CHECK(fit("", 0) == "");
  // A cut never separates a letter from its accents.
  CHECK(fit("e\xcc\x81"
            "abc",
            2) == "e\xcc\x81…");
}

TEST_CASE("split keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,b", ',') == Parts{"a", "b"});
  CHECK(split(",a,,", ',') == Parts{"", "a", "", ""});
  CHECK(split("", ',') == Parts{""});
}

TEST_CASE("trim, join, lower") {
  CHECK(trim(" \t\r\na b\v\f ") == "a b");
  CHECK(trim(" \n ") == "");
  CHECK(trim("") == "");
  const std::vector<std::string> parts = {"a", "", "b"};
  CHECK(join(parts, ", ") == "a, , b");
  CHECK(join({}, ", ") == "");
  CHECK(lower("AbZ-É9") == "abz-É9");
}
