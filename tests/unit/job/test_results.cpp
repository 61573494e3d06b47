#include <doctest/doctest.h>

#include <fstream>

#include "doc/json_slice.h"
#include "job/results.h"
#include "ledger_support.h"

namespace orch::job {
namespace {

struct Fixture {
  LedgerDirectory directory;

  void append(const std::string& text) {
    std::ofstream(directory.log(), std::ios::app | std::ios::binary) << text;
  }
  std::string read(ResultReader& reader, std::uint64_t end) {
    std::string given;
    REQUIRE(reader.read(end, [&](std::string_view lines) {
      given += lines;
      return Status();
    }));
    return given;
  }
};

std::string line(std::uint64_t index, bool ok = true) { return result_line(index, ok) + "\n"; }

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "results are given as they stand, up to the synced length, as it grows") {
  append(line(0) + line(1, false));
  ResultReader reader = ResultReader::open(directory.log(), ResultFilter::all).value();
  CHECK(read(reader, 0).empty());
  CHECK(read(reader, line(0).size() + 10) == line(0));  // the second line is not yet synced
  CHECK(read(reader, kWholeLog) == line(1, false));
  CHECK(read(reader, kWholeLog).empty());
  append(line(2).substr(0, 15));
  CHECK(read(reader, kWholeLog).empty());  // torn
  append(line(2).substr(15) + line(3));
  CHECK(read(reader, kWholeLog) == line(2) + line(3));
  CHECK(reader.offset() == read_file(directory.log()).value().size());
}

TEST_CASE_FIXTURE(Fixture, "only failed lines, told by their status and not by what they hold") {
  const std::string trap = R"({"index":5,"input":"\"status\":\"failed\"","status":"ok"})";
  append(line(0) + line(1, false) + trap + "\n" + line(2, false) + line(3));
  ResultReader reader = ResultReader::open(directory.log(), ResultFilter::failed).value();
  CHECK(read(reader, line(0).size() + line(1, false).size()) == line(1, false));
  CHECK(read(reader, kWholeLog) == line(2, false));
  CHECK(first_failed(directory.log(), 1).value() ==
        std::vector<std::string>{result_line(1, false)});
  CHECK(first_failed(directory.log(), 9).value().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a reader that says stop ends the reading with its error") {
  append(line(0) + line(1));
  ResultReader reader = ResultReader::open(directory.log(), ResultFilter::all).value();
  const Status status =
      reader.read(kWholeLog, [](std::string_view) { return fail(ErrorCode::reader_gone, "gone"); });
  CHECK(status.error().code == ErrorCode::reader_gone);
}

TEST_CASE_FIXTURE(Fixture, "lines longer than a block come whole") {
  const std::string longest =
      R"({"index":1,"status":"failed","error":")" + std::string(2 << 20, 'x') + "\"}\n";
  append(line(0) + longest + line(2));
  for (const auto filter : {ResultFilter::all, ResultFilter::failed}) {
    ResultReader reader = ResultReader::open(directory.log(), filter).value();
    CHECK(read(reader, kWholeLog) ==
          (filter == ResultFilter::all ? line(0) + longest + line(2) : longest));
  }
}

TEST_CASE_FIXTURE(Fixture, "no results yet is file_not_found with the path") {
  const auto reader = ResultReader::open(directory.log(), ResultFilter::all);
  REQUIRE(!reader);
  CHECK(reader.error().code == ErrorCode::file_not_found);
  CHECK(reader.error().message.find(directory.log()) != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "sealing writes failed.ndjson, itself an input, and summary.json") {
  InputSource source;
  source.kind = InputSource::Kind::list;
  doc::Value with_meta;
  with_meta.set("input", "b \"quoted\"");
  with_meta.set("meta", doc::parse_json(R"({"label":1.0,"big":12345678901234567890123})").value());
  source.list = {doc::Value("a"), with_meta, doc::Value("c"), doc::Value("d")};
  REQUIRE(write_spool(source, directory.path + "/spool"));
  const SpoolReader spool = SpoolReader::open(directory.path + "/spool").value();
  append(line(3, false) + line(0) + line(1, false));
  std::ofstream(directory.path + "/failed.ndjson.tmp") << "left by a kill";
  const LedgerCounters counters{4, 1, 2, 0};
  doc::Value about;
  about.set("job", "j-1");
  for (int run = 0; run < 2; ++run) {  // a resume seals again
    REQUIRE(seal_results(directory.log(), spool, counters, about));
    CHECK(read_file(directory.path + "/failed.ndjson").value() ==
          R"({"input":"d","index":3,"error":{"code":"timed_out","message":"slow"}})"
          "\n"
          R"({"input":"b \"quoted\"","meta":{"label":1.0,"big":12345678901234567890123},)"
          R"("index":1,"error":{"code":"timed_out","message":"slow"}})"
          "\n");
    CHECK(!exists(directory.path + "/failed.ndjson.tmp"));
  }
  CHECK(read_file(directory.path + "/summary.json").value() == R"({
  "schema": "orch/v1",
  "job": "j-1",
  "total": 4,
  "ok": 1,
  "failed": 2,
  "missing": 1
}
)");
  InputSource again;
  again.kind = InputSource::Kind::file;
  again.path = failed_path(directory.log());
  REQUIRE(write_spool(again, directory.path + "/again"));
  const SpoolReader back = SpoolReader::open(directory.path + "/again").value();
  CHECK(back.size() == 2);
  REQUIRE(back.read(1, 2, [](std::uint64_t, std::string_view record) {
    CHECK(doc::slice_object(record)->find("meta") ==
          R"({"label":1.0,"big":12345678901234567890123})");
  }));
}

TEST_CASE_FIXTURE(Fixture, "nothing failed: failed.ndjson is there and empty") {
  InputSource source;
  source.list = {doc::Value("a")};
  REQUIRE(write_spool(source, directory.path + "/spool"));
  append(line(0));
  REQUIRE(seal_results(directory.log(), SpoolReader::open(directory.path + "/spool").value(),
                       {1, 1, 0, 0}));
  CHECK(read_file(directory.path + "/failed.ndjson").value().empty());
}

}  // namespace orch::job
