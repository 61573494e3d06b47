#include "entrypoint/conflicts.h"

#include <doctest/doctest.h>

using namespace orch::entrypoint;

namespace {

std::size_t hints_of(std::string_view text, std::size_t chunk) {
  ConflictScanner scanner;
  for (std::size_t at = 0; at < text.size(); at += chunk) scanner.feed(text.substr(at, chunk));
  return scanner.hints().size();
}

const std::string_view kSaid[] = {
    "x Could not reach driver of cluster 1234", "Cannot read the python file dbfs:/x.py",
    "run failed: Library installation error.",
    "The requested operation requires that \"torch==2.1\" is installed on your machine, but found "
    "\"torch==2.0\""};

}  // namespace

TEST_CASE("each text is recognised wherever the chunks end") {
  for (const std::string_view text : kSaid) {
    CAPTURE(text);
    for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) CHECK(hints_of(text, chunk) == 1);
    const std::string padded =
        std::string(100'000, 'q') + std::string(text) + std::string(100, 'C');
    CHECK(hints_of(padded, 1'000) == 1);
  }
}

TEST_CASE("lines may be wrapped at any blank") {
  for (const std::string_view text : kSaid) {
    std::string wrapped;
    for (const char c : text) wrapped += c == ' ' ? std::string("\r\n    ") : std::string(1, c);
    CAPTURE(wrapped);
    CHECK(hints_of(wrapped, 7) == 1);
  }
}

TEST_CASE("what is nearly one of them is none") {
  for (const std::string_view text :
       {"Could not reach drivers of cluster", "could not reach driver of cluster",
        "Library  installed error",
        "requires that \"\" is installed on your machine, but found \"x\"",
        "requires that \"x\" is installed on your machine, but found \"x", "Cannot read the", "",
        "C", "re"}) {
    CAPTURE(text);
    CHECK(hints_of(text, 3) == 0);
  }
  const std::string long_name(1'000, 'n');
  CHECK(
      hints_of("requires that \"" + long_name + "\" is installed on your machine, but found \"x\"",
               64) == 0);
}

TEST_CASE("several are told once each, in a fixed order") {
  ConflictScanner first;
  ConflictScanner second;
  for (int i = 0; i < 3; ++i)
    first.feed(std::string(kSaid[2]) + "\n" + std::string(kSaid[0]) + "\n");
  second.feed(kSaid[0]);
  second.feed(kSaid[1]);
  first.add(second);
  const auto hints = first.hints();
  REQUIRE(hints.size() == 3);
  CHECK(hints[0].find("driver") != std::string::npos);
  CHECK(hints[1].find("python file") != std::string::npos);
  CHECK(hints[2].find("installation error") != std::string::npos);
}

TEST_CASE("nothing spans a gap") {
  ConflictScanner scanner;
  scanner.feed("Library installation ");
  scanner.skip();
  scanner.feed("error");
  CHECK(scanner.hints().empty());
}
