// The parts that hold no process: windows, open items, lines, answers, results.
#include <doctest/doctest.h>

#include <vector>

#include "base/random.h"
#include "pipeline/answer.h"
#include "pipeline/batches.h"
#include "pipeline/exec_command.h"
#include "pipeline/line_cutter.h"
#include "pipeline/open_items.h"
#include "pipeline/result_line.h"
#include "pipeline/window.h"
#include "pipeline/worker_line.h"
#include "pipeline/worker_log.h"

using namespace orch;
using namespace orch::pipeline;
using namespace std::chrono_literals;

namespace {

const SteadyTime kStart{1h};

std::vector<std::string> cut(LineCutter& cutter, const std::vector<std::string_view>& pieces) {
  std::vector<std::string> lines;
  for (const std::string_view piece : pieces) {
    const bool fits = cutter.feed(piece, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    });
    if (!fits) lines.emplace_back("<too long>");
  }
  return lines;
}

}  // namespace

TEST_CASE("the window starts at threads and grows to about 2 ms of work") {
  Window trivial(2);
  CHECK(trivial.lines() == 2);
  for (int i = 0; i < 20; ++i) trivial.saw(trivial.lines(), trivial.lines() * Duration(2us));
  CHECK(trivial.lines() == 256);

  Window quick(1);
  for (int i = 0; i < 200; ++i) quick.saw(1, 100us);
  CHECK(quick.lines() == 21);

  Window steady(1);
  for (int i = 0; i < 200; ++i) steady.saw(1, 10ms);
  CHECK(steady.lines() == 2);

  Window slow(4);
  for (int i = 0; i < 200; ++i) slow.saw(1, 1s);
  CHECK(slow.lines() == 4);

  Window warming(1);
  warming.saw(1, 3s);
  for (int i = 0; i < 400; ++i) warming.saw(1, 10us);
  CHECK(warming.lines() > 190);
}

TEST_CASE("open items are found by id, and a straggler's place is left out") {
  OpenItems open(1);
  std::vector<Item> items(1000);
  std::vector<Item*> held;
  SeededRandom random(7);
  const auto add = [&](Item& item) {
    Item* one[] = {&item};
    open.open(one, kStart);
    open.weigh_newest(10);
    held.push_back(&item);
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    add(items[i]);
    while (held.size() > 40) {
      const std::size_t victim = 1 + random.next() % (held.size() - 1);  // the first stays
      CHECK(open.find(held[victim]->id) == held[victim]);
      const std::uint64_t id = held[victim]->id;
      open.close(*held[victim], kStart);
      CHECK(open.find(id) == nullptr);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(victim));
    }
  }
  CHECK(open.items() == 40);
  CHECK(open.lines() == 40);
  CHECK(open.bytes() == 400);
  CHECK(open.oldest() == items.data());
  CHECK(items[0].id == 1);
  CHECK(open.find(0) == nullptr);
  CHECK(open.find(~0ull) == nullptr);
}

TEST_CASE("clocks run for the oldest `threads` lines, a batch being one line") {
  OpenItems open(2);
  std::vector<Item> items(6);
  Item* first[] = {&items[0], &items[1]};
  Item* second[] = {&items[2]};
  Item* third[] = {&items[3], &items[4]};
  Item* fourth[] = {&items[5]};
  open.open(first, kStart);
  open.weigh_newest(20);
  open.open(second, kStart + 1s);
  open.open(third, kStart + 2s);
  open.weigh_newest(7);
  open.open(fourth, kStart + 3s);
  CHECK(items[0].clocked);
  CHECK(items[1].clocked);
  CHECK(items[2].clocked);
  CHECK_FALSE(items[3].clocked);
  CHECK(*open.earliest_clock() == kStart);
  open.close(items[1], kStart + 4s);
  CHECK_FALSE(items[3].clocked);  // its line is still open
  CHECK(open.bytes() == 27);
  open.close(items[0], kStart + 5s);
  CHECK(open.bytes() == 7);
  CHECK(items[3].clocked);
  CHECK(items[4].clocked);
  CHECK(items[3].started == kStart + 5s);
  CHECK_FALSE(items[5].clocked);
  CHECK(*open.earliest_clock() == kStart + 1s);
  open.close(items[4], kStart + 6s);
  open.close(items[2], kStart + 6s);
  CHECK(items[5].clocked);
  open.close(items[3], kStart + 7s);
  open.close(items[5], kStart + 7s);
  CHECK(open.empty());
  CHECK(open.lines() == 0);
  CHECK(open.bytes() == 0);
  CHECK_FALSE(open.earliest_clock());
}

TEST_CASE("lines are cut wherever the bytes break, up to a length") {
  LineCutter cutter(10);
  CHECK(cut(cutter, {"a", "b\nc", "\n\n", "d"}) == std::vector<std::string>{"ab", "c", ""});
  CHECK(cutter.rest() == "d");
  CHECK(cut(cutter, {"123456789\n", "0123456789\n"}) ==
        std::vector<std::string>{"d123456789", "0123456789"});
  CHECK(cut(cutter, {"0123456789", "0\n"}) == std::vector<std::string>{"<too long>"});
  LineCutter other(10);
  CHECK(cut(other, {"01234567890\nx"}) == std::vector<std::string>{"<too long>"});
  LineCutter endless(10);
  CHECK(cut(endless, {"01234567890"}) == std::vector<std::string>{"<too long>"});
}

TEST_CASE("what is an answer, and what is not") {
  const auto answer = read_answer(R"( {"id": 17, "result": {"a": [1, 2]}, "x": 1} )");
  REQUIRE(answer);
  CHECK(answer->id == 17);
  CHECK(answer->result == R"({"a": [1, 2]})");
  CHECK_FALSE(answer->failed);
  CHECK(read_answer(R"({"id":1,"result":null})")->result == "null");
  CHECK(read_answer(R"({"id":1,"result":1,"error":null})")->result == "1");
  CHECK(read_answer(R"({"id":1,"out":true})")->out);
  const auto error = read_answer(R"({"id":1,"error":{"message":"a\u0041","retryable":true}})");
  REQUIRE(error);
  CHECK(error->failed);
  CHECK(error->retryable);
  CHECK(message_text(*error) == "aA");
  CHECK(message_text(*read_answer(R"({"id":1,"error":"plain"})")) == "plain");
  CHECK(message_text(*read_answer(R"({"id":1,"error":{}})")) == "the worker gave no message");
  CHECK(message_text(*read_answer(R"({"id":1,"error":{"message":{"k":1}}})")) == R"({"k":1})");
  CHECK_FALSE(read_answer(R"({"id":1,"error":{"message":"x","retryable":"yes"}})")->retryable);
  for (const char* line :
       {"", "x", "[]", R"({"id":1})", R"({"id":"1","result":1})", R"({"id":-1,"result":1})",
        R"({"id":1.0,"result":1})", R"({"result":1})", R"({"id":1,"result":1)",
        R"({"id":1,"id":2,"result":1})", R"({"id":1,"out":false})", R"({"id":1,"error":null})",
        R"({"id":99999999999999999999,"result":1})", "{\"id\":1,\"result\":\"\xff\"}"}) {
    CAPTURE(line);
    CHECK_FALSE(read_answer(line));
  }
}

TEST_CASE("what says ready") {
  CHECK(is_ready_line(R"({"ready":true})"));
  CHECK(is_ready_line(R"( {"ready" : true, "model": "m"})"));
  CHECK_FALSE(is_ready_line(R"({"ready":false})"));
  CHECK_FALSE(is_ready_line(R"({"ready":"true"})"));
  CHECK_FALSE(is_ready_line("ready"));
  CHECK_FALSE(is_ready_line(""));
}

TEST_CASE("the log keeps 8 KiB of a line and what stood last in it") {
  LogCutter cutter;
  std::vector<std::string> lines;
  const auto each = [&](std::string_view line) { lines.emplace_back(line); };
  cutter.feed("a\rb", each);
  cutter.feed("c\r\n", each);
  cutter.feed("\r\n", each);
  cutter.feed("x\r", each);
  cutter.feed("\ny", each);
  cutter.feed("z", each);
  CHECK(lines == std::vector<std::string>{"bc", "", "x"});
  cutter.finish(each);
  CHECK(lines.back() == "yz");
  cutter.feed(std::string(20'000, 'q'), each);
  cutter.feed("q\nnext\n", each);
  CHECK(lines[lines.size() - 2] == std::string(8192, 'q'));
  CHECK(lines.back() == "next");
}

TEST_CASE("result lines: milliseconds as short as they can be, failed ones carry their meta") {
  Grant grant;
  grant.split = 5;
  Item item;
  item.grant = &grant;
  item.index = 17;
  item.input = R"("a")";
  item.meta = R"({"k":1})";
  item.visited = {true, false, true};
  item.spent = {1500us, 0ns, 12'050'999ns};
  const std::vector<std::string> stages{"download", "preprocess", "inference"};
  ResultLine line(stages, 2);
  CHECK(line.ok(item, "[1]") ==
        R"({"index":17,"input":"a","status":"ok","result":[1],"split":5,"task_manager":2,)"
        R"("ms":{"download":1.5,"inference":12.05}})");
  item.attempts = 3;
  CHECK(line.failed(item, {"timed_out", "no \"answer\""}) ==
        R"({"index":17,"input":"a","meta":{"k":1},"status":"failed","error":{"code":"timed_out",)"
        R"("message":"no \"answer\"","attempts":3},"split":5,"task_manager":2,)"
        R"("ms":{"download":1.5,"inference":12.05}})");
  item.visited = {};
  item.input = {};
  CHECK(line.ok(item, "1") ==
        R"({"index":17,"input":null,"status":"ok","result":1,"split":5,"task_manager":2,"ms":{}})");
}

TEST_CASE("a worker's line carries what there is") {
  Item item;
  item.id = 3;
  item.input = R"("a\n")";
  std::string out;
  append_item_line(out, item);
  CHECK(out == "{\"id\":3,\"input\":\"a\\n\"}\n");
  item.path = "/tmp/x \"y\"";
  item.meta = "{}";
  item.carried = "[1]";
  item.out = "/tmp/o";
  out.clear();
  Item other;
  other.id = 4;
  other.input = R"("b")";
  other.meta = "1";
  append_batch_line(out, std::vector<Item*>{&item, &other});
  CHECK(out == R"({"batch":[{"id":3,"input":"a\n","path":"/tmp/x \"y\"","meta":[1],)"
               R"("out":"/tmp/o"},{"id":4,"input":"b","meta":1}]})"
               "\n");
}

TEST_CASE("exec: what is printed becomes JSON on one line") {
  CHECK(exec_result("{\"a\":\n1}\n") == R"({"a": 1})");
  CHECK(exec_result("  [1,\r\n2]") == "[1,  2]");
  CHECK(exec_result("{\"a\":1} x\n") == R"("{\"a\":1} x")");
  CHECK(exec_result("1\n\n") == R"("1")");
  CHECK(exec_result("a\r\n") == R"("a")");
  CHECK(exec_result(" a \n") == R"(" a ")");
  CHECK(exec_result("\xff") == "\"\uFFFD\"");
  CHECK(exec_result("") == R"("")");
}

TEST_CASE("a batch ends with its last item; it is retried singly only when all failed") {
  Batches batches;
  std::vector<Item> items(3);
  const std::vector<Item*> line{&items[0], &items[1], &items[2]};
  batches.form(line);
  CHECK_FALSE(batches.failed(items[0], {"a", "b"}, false));
  CHECK_FALSE(batches.failed(items[1], {"a", "b"}, true));
  auto end = batches.failed(items[2], {"a", "b"}, false);
  REQUIRE(end);
  CHECK(end->retry_singly);
  CHECK(end->failures.size() == 3);
  batches.form(line);
  CHECK_FALSE(batches.failed(items[0], {"a", "b"}, false));
  CHECK_FALSE(batches.lost(items[1]));
  end = batches.passed(items[2]);
  REQUIRE(end);
  CHECK_FALSE(end->retry_singly);
  CHECK(end->failures.size() == 1);
  batches.form(std::vector<Item*>{items.data()});
  CHECK(items[0].batch == nullptr);
}
