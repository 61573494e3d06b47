#include <doctest/doctest.h>

#include "base/random.h"
#include "job/frame.h"

using namespace orch::job;

namespace {

Frame only_frame(FrameDecoder& decoder, std::string_view bytes) {
  decoder.feed(bytes);
  auto frame = decoder.next();
  REQUIRE(frame);
  REQUIRE(*frame);
  return **frame;
}

}  // namespace

TEST_CASE("a grant survives the wire") {
  std::string wire;
  append_grant(wire, {.split = 7, .attempt = 2, .items = {{3, R"({"input":"a"})"}, {5, ""}}});
  FrameDecoder decoder;
  const Frame frame = only_frame(decoder, wire);
  CHECK(frame.type == FrameType::grant);
  const auto grant = read_grant(frame.body);
  REQUIRE(grant);
  CHECK(grant->split == 7);
  CHECK(grant->attempt == 2);
  REQUIRE(grant->items.size() == 2);
  CHECK(grant->items[0].index == 3);
  CHECK(grant->items[0].record == R"({"input":"a"})");
  CHECK(grant->items[1].record.empty());
}

TEST_CASE("lines, ends, beats and stops survive the wire, a byte at a time") {
  std::string wire;
  append_line(wire, {.split = 1, .index = 1ull << 40, .ok = false, .text = "{\"index\":9}"});
  append_end(wire, 1);
  append_beat(wire, "{}");
  append_stop(wire, kAllSplits, R"({"code":"x"})");
  FrameDecoder decoder;
  std::vector<FrameType> seen;
  for (const char byte : wire) {
    decoder.feed({&byte, 1});
    auto frame = decoder.next();
    REQUIRE(frame);
    if (!*frame) continue;
    seen.push_back((*frame)->type);
    if ((*frame)->type == FrameType::line) {
      const auto line = read_line((*frame)->body);
      REQUIRE(line);
      CHECK(line->index == 1ull << 40);
      CHECK_FALSE(line->ok);
      CHECK(line->text == "{\"index\":9}");
    }
    if ((*frame)->type == FrameType::stop) {
      const auto stop = read_stop((*frame)->body);
      REQUIRE(stop);
      CHECK(stop->split == kAllSplits);
      CHECK(stop->json == R"({"code":"x"})");
    }
  }
  CHECK(seen == std::vector{FrameType::line, FrameType::end, FrameType::beat, FrameType::stop});
}

TEST_CASE("another version is refused by name") {
  std::string wire;
  append_version(wire, "{}");
  FrameDecoder decoder;
  Frame frame = only_frame(decoder, wire);
  CHECK(read_version(frame.body).value() == "{}");
  std::string body(frame.body);
  body[0] = 9;
  const auto answer = read_version(body);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message == "the other side speaks frame version 9, this orch 1");
}

TEST_CASE("a stream that is no frame stream is an error, not a wait") {
  FrameDecoder chatter;
  chatter.feed("Traceback (most recent call last):\n");
  CHECK_FALSE(chatter.next());
  FrameDecoder unknown;
  unknown.feed(std::string_view("\1\0\0\0\x63", 5));
  CHECK_FALSE(unknown.next());
  FrameDecoder empty;
  empty.feed(std::string_view("\0\0\0\0", 4));
  CHECK_FALSE(empty.next());
}

TEST_CASE("every cut of a body is an error, none reads past the end") {
  std::string wire;
  append_grant(wire, {.split = 1, .attempt = 1, .items = {{0, "abc"}, {1, "defg"}}});
  const std::string_view body = std::string_view(wire).substr(5);
  for (std::size_t length = 0; length < body.size(); ++length) {
    CHECK_FALSE(read_grant(body.substr(0, length)));
  }
  CHECK(read_grant(body));
  CHECK_FALSE(read_grant(std::string(body) + "x"));
}

TEST_CASE("random bytes never crash the readers") {
  orch::SeededRandom random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    const auto length = random.next() % 64;
    for (std::uint64_t i = 0; i < length; ++i) bytes += static_cast<char>(random.next());
    (void)read_grant(bytes);
    (void)read_line(bytes);
    (void)read_stop(bytes);
    (void)read_end(bytes);
    (void)read_version(bytes);
    FrameDecoder decoder;
    decoder.feed(bytes);
    for (int i = 0; i < 8; ++i) {
      auto frame = decoder.next();
      if (!frame || !*frame) break;
    }
  }
}
