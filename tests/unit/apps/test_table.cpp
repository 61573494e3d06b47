#include <doctest/doctest.h>

#include "output/table.h"

using namespace orch;
using namespace orch::output;

namespace {

doc::Value row(std::string_view id, doc::Value state, doc::Value count) {
  doc::Value value;
  value.set("id", id);
  value.set("state", std::move(state));
  doc::Value counts;
  counts.set("done", std::move(count));
  value.set("counts", std::move(counts));
  return value;
}

const std::vector<Column> kColumns = {{.key = "id"},
                                      {.key = "counts.done", .title = "DONE", .right = true},
                                      {.key = "state", .elastic = true}};

}  // namespace

TEST_CASE("columns line up and lines end without blanks") {
  CHECK(render_table(kColumns, {row("a", "ok", 7), row("long-name", "", 12345)}, {}) ==
        "ID          DONE  STATE\n"
        "a              7  ok\n"
        "long-name  12345\n");
}

TEST_CASE("no rows, no table") { CHECK(render_table(kColumns, {}, {}) == ""); }

TEST_CASE("absent and null cells are a dash, other values their JSON") {
  doc::Value bare;
  bare.set("id", "x");
  bare.set("state", doc::Value(doc::Value::Array{true, 1.5}));
  CHECK(render_table(kColumns, {bare, row("y", nullptr, nullptr)}, {}) ==
        "ID  DONE  STATE\n"
        "x      -  [true,1.5]\n"
        "y      -  -\n");
}

TEST_CASE("wide characters and combining ones take their columns") {
  CHECK(render_table(kColumns,
                     {row("鳥", "ok", 1), row("e\xcc\x81", "ok", 1), row("bird", "ok", 1)}, {}) ==
        "ID    DONE  STATE\n"
        "鳥       1  ok\n"
        "e\xcc\x81        1  ok\n"
        "bird     1  ok\n");
}

TEST_CASE("control bytes and broken UTF-8 never reach the terminal") {
  CHECK(render_table({{.key = "id"}}, {row("a\x1b[31m\n\xff", "", 0)}, {}) ==
        "ID\na\\x1b[31m\\n\\xff\n");
}

TEST_CASE("a narrow terminal cuts elastic columns only, and keeps eight columns of them") {
  const doc::Value::Array rows = {row("0123456789abcdef", "a long state that does not fit", 1)};
  CHECK(render_table(kColumns, rows, {40, false}) ==
        "ID                DONE  STATE\n"
        "0123456789abcdef     1  a long state th…\n");
  CHECK(render_table(kColumns, rows, {10, false}) ==
        "ID                DONE  STATE\n"
        "0123456789abcdef     1  a long …\n");
  CHECK(render_table(kColumns, rows, {0, false}).find("does not fit") != std::string::npos);
}

TEST_CASE("titles are bold where colour is on") {
  CHECK(render_table({{.key = "id"}}, {row("a", "", 0)}, {0, true}) == "\x1b[1mID\x1b[0m\na\n");
}

TEST_CASE("fields are listed under each other, absent ones left out") {
  doc::Value object = row("a", nullptr, 3);
  CHECK(render_fields(kColumns, object, {}) == "ID:    a\nDONE:  3\n");
}
