#include <doctest/doctest.h>
#include <unistd.h>

#include "base/process.h"
#include "output/printer.h"

using namespace orch;
using namespace orch::output;

namespace {

doc::Value job(std::string_view id, int done) {
  doc::Value value;
  value.set("id", id);
  value.set("done", done);
  return value;
}

// What `print` leaves on standard output in one format.
std::string printed(Format format, const std::vector<std::string>& columns,
                    const std::function<Status(Printer&)>& print) {
  Pipe pipe = std::move(*make_pipe());
  Writer out(pipe.write.release(), "standard output");
  const Terminal terminal;
  Printer printer(out, terminal, format, columns);
  const Status status = print(printer);
  REQUIRE(out.finish());
  std::string text = *read_fd(pipe.read.get(), "pipe");
  if (!status) text += "error: " + status.error().message;
  return text;
}

Status print_jobs(Printer& printer) {
  return printer.list({.name = "jobs",
                       .columns = {{.key = "id"}, {.key = "done", .optional = true}},
                       .rows = {job("a", 1), job("b", 2)}});
}

Status print_job(Printer& printer) {
  return printer.document(job("a", 1), [] { return std::string("a is done"); });
}

}  // namespace

TEST_CASE("a list in each format") {
  CHECK(printed(Format::automatic, {}, print_jobs) == "ID\na\nb\n");
  CHECK(printed(Format::table, {"DONE", "id"}, print_jobs) == "DONE  ID\n1     a\n2     b\n");
  CHECK(printed(Format::name, {}, print_jobs) == "a\nb\n");
  CHECK(printed(Format::ndjson, {}, print_jobs) ==
        "{\"id\":\"a\",\"done\":1}\n{\"id\":\"b\",\"done\":2}\n");
  CHECK(printed(Format::json, {}, print_jobs)
            .starts_with("{\n  \"schema\": \"orch/v1\",\n"
                         "  \"jobs\": ["));
  CHECK(printed(Format::yaml, {}, print_jobs).starts_with("schema: \"orch/v1\"\njobs:\n"));
}

TEST_CASE("an empty list is an empty list for programs and nothing for eyes") {
  const auto print = [](Printer& printer) { return printer.list({.name = "jobs"}); };
  CHECK(printed(Format::table, {}, print) == "");
  CHECK(printed(Format::name, {}, print) == "");
  CHECK(printed(Format::ndjson, {}, print) == "");
  CHECK(doc::parse_json(printed(Format::json, {}, print))->find("jobs")->array()->empty());
}

TEST_CASE("an unknown column is an error before anything is printed") {
  for (const Format format : {Format::table, Format::json, Format::name}) {
    CHECK(printed(format, {"dnoe"}, print_jobs) == "error: no column \"dnoe\"");
  }
}

TEST_CASE("one object in each format") {
  CHECK(printed(Format::table, {}, print_job) == "a is done\n");
  CHECK(printed(Format::name, {}, print_job) == "a\n");
  CHECK(printed(Format::ndjson, {}, print_job) ==
        "{\"schema\":\"orch/v1\",\"id\":\"a\",\"done\":1}\n");
  const auto json = doc::parse_json(printed(Format::json, {}, print_job));
  REQUIRE(json);
  CHECK(json->object()->front().first == "schema");
  CHECK(*json->find("done")->integer() == 1);
}

TEST_CASE("an id with control bytes stays one line") {
  CHECK(printed(Format::name, {}, [](Printer& printer) {
          return printer.document(job("a\nb", 1), [] { return std::string(); });
        }) == "a\\nb\n");
}
