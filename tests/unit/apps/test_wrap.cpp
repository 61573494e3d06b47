#include <doctest/doctest.h>

#include "cli/wrap.h"

using namespace orch::cli;

TEST_CASE("words fill lines of eighty columns behind the indent") {
  const std::string word(30, 'a');
  CHECK(wrap(word + " " + word + " " + word, 10) ==
        word + " " + word + "\n" + std::string(10, ' ') + word);
  CHECK(wrap(std::string(40, 'a') + " " + std::string(39, 'b'), 0).find('\n') == std::string::npos);
  CHECK(wrap(std::string(40, 'a') + " " + std::string(40, 'b'), 0).find('\n') == 40);
}

TEST_CASE("wide characters count twice") {
  std::string wide;
  for (int i = 0; i < 20; ++i) wide += "鳥";
  CHECK(wrap(wide + " " + std::string(39, 'b'), 0).find('\n') == std::string::npos);
  CHECK(wrap(wide + " " + std::string(40, 'b'), 0).find('\n') != std::string::npos);
}

TEST_CASE("paragraphs stay apart, indented lines stay as they are") {
  CHECK(wrap("one\ntwo\n\nthree\n  code  here\nfour", 0) == "one two\n\nthree\n  code  here\nfour");
  CHECK(wrap("one\n\n\n\ntwo", 2) == "one\n\n  two");
  CHECK(wrap("", 4) == "");
}

TEST_CASE("a term too long for its column gets a line of its own") {
  TermList list(6);
  list.add("short", "text");
  list.add("much-too-long", "text");
  CHECK(list.render() == "  short  text\n  much-too-long\n         text\n");
}
