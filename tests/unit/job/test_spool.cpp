#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "job/spool.h"
#include "support/temporary_directory.h"

namespace orch::job {
namespace {

using test::TemporaryDirectory;
using Records = std::vector<std::string>;

InputSource file_source(const std::string& path) {
  InputSource source;
  source.kind = InputSource::Kind::file;
  source.path = path;
  return source;
}

InputSource csv_source(const std::string& path, const std::string& column) {
  InputSource source = file_source(path);
  source.kind = InputSource::Kind::csv;
  source.column = column;
  return source;
}

InputSource list_source(std::vector<doc::Value> list) {
  InputSource source;
  source.list = std::move(list);
  return source;
}

// One spool of one source, and what came of it.
struct Spooled {
  TemporaryDirectory directory;
  Result<SpoolSummary> summary;

  explicit Spooled(const InputSource& source) : summary(write_spool(source, directory.path())) {}

  Records records() const {
    if (!summary) return {"ERROR " + summary.error().message};
    const auto reader = SpoolReader::open(directory.path());
    if (!reader) return {"ERROR " + reader.error().message};
    Records records;
    const Status done =
        reader->read(0, reader->size(), [&](std::uint64_t index, std::string_view record) {
          CHECK(index == records.size());
          records.emplace_back(record);
        });
    if (!done) return {"ERROR " + done.error().message};
    return records;
  }
  std::size_t files_left() const {
    const auto begin = std::filesystem::directory_iterator(directory.path());
    return static_cast<std::size_t>(std::distance(begin, {}));
  }
};

// Of a list file with this content; `FILE` stands for its path in messages.
Records of_file(std::string_view content) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("in", content);
  const Spooled spooled(file_source(path));
  Records records = spooled.records();
  if (!spooled.summary) {
    CHECK(spooled.files_left() == 0);
    const auto at = records[0].find(path);
    if (at != std::string::npos) records[0].replace(at, path.size(), "FILE");
  }
  return records;
}

Records of_csv(std::string_view content, const std::string& column = "url") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("in.csv", content);
  Records records = Spooled(csv_source(path, column)).records();
  const auto at = records[0].find(path);
  if (at != std::string::npos) records[0].replace(at, path.size(), "FILE");
  return records;
}

TEST_CASE("a list file: a line each, as it stands") {
  CHECK(of_file("a\nb c\n") == Records{R"({"input":"a"})", R"({"input":"b c"})"});
  CHECK(of_file("no newline at the end") == Records{R"({"input":"no newline at the end"})"});
  CHECK(of_file(" padded \n") == Records{R"({"input":" padded "})"});
  CHECK(of_file("same\nsame\n") == Records{R"({"input":"same"})", R"({"input":"same"})"});
  CHECK(of_file("say \"hi\"\\\tnow\n") == Records{R"({"input":"say \"hi\"\\\tnow"})"});
  CHECK(of_file("größe 漢字 🦜\n") == Records{R"({"input":"größe 漢字 🦜"})"});
}

TEST_CASE("a list file from Windows: byte order mark and carriage returns") {
  CHECK(of_file("\xEF\xBB\xBF"
                "a\r\nb\r\n") == Records{R"({"input":"a"})", R"({"input":"b"})"});
  CHECK(of_file("\xEF\xBB\xBF{\"input\":\"a\"}\r\n") == Records{R"({"input":"a"})"});
  CHECK(of_file("a\r\r\n") == Records{R"({"input":"a\r"})"});
  CHECK(of_file("\xEF\xBB\xBF") == Records{"ERROR FILE holds no input"});
}

TEST_CASE("blank lines are skipped and counted") {
  const TemporaryDirectory directory;
  const Spooled spooled(file_source(directory.write("in", "\n a\n \t\r\n\nb\n\n")));
  REQUIRE(spooled.summary.has_value());
  CHECK(spooled.summary->inputs == 2);
  CHECK(spooled.summary->blank_lines == 4);
  CHECK(spooled.records() == Records{R"({"input":" a"})", R"({"input":"b"})"});
  CHECK(spooled.summary->bytes == spooled.directory.read("inputs").size());
}

TEST_CASE("nothing to do is an error, and leaves no spool") {
  CHECK(of_file("") == Records{"ERROR FILE holds no input"});
  CHECK(of_file("\n \n\n") == Records{"ERROR FILE holds no input, only 3 blank lines"});
  const Spooled spooled(list_source({}));
  REQUIRE_FALSE(spooled.summary.has_value());
  CHECK(spooled.summary.error().code == ErrorCode::no_input);
  CHECK(spooled.files_left() == 0);
}

TEST_CASE("NDJSON keeps input and meta, byte by byte") {
  CHECK(of_file("\n  {\"input\":\"a\"}\n") == Records{R"({"input":"a"})"});
  CHECK(of_file(R"({"meta":{"w": 1.0, "n": 12345678901234567890},"input":"\u00e4"})") ==
        Records{R"({"input":"\u00e4","meta":{"w": 1.0, "n": 12345678901234567890}})"});
  CHECK(of_file(R"({"index":7,"input":"x","status":"failed","error":{"code":"timed_out"}})") ==
        Records{R"({"input":"x"})"});
  CHECK(of_file("{\"input\":\"a\",\"meta\":null}\n\n{\"input\":\"b\"}\n") ==
        Records{R"({"input":"a","meta":null})", R"({"input":"b"})"});
}

TEST_CASE("NDJSON with more members than the fast reader holds") {
  std::string line = "{";
  for (int i = 0; i < 40; ++i) line += "\"f" + std::to_string(i) + "\":1,";
  CHECK(of_file(line + R"("input":"x","meta":[1]})") == Records{R"({"input":"x","meta":[1]})"});
}

TEST_CASE("NDJSON mistakes name file and line") {
  CHECK(of_file("{\"input\":\"a\"}\n\n{\"url\":\"b\"}\n") ==
        Records{"ERROR FILE:3: `input` is missing"});
  CHECK(of_file("{\"input\":7}\n") ==
        Records{"ERROR FILE:1: `input` must be text, this is an integer"});
  CHECK(of_file("{\"input\":\"\"}\n") == Records{"ERROR FILE:1: the input is empty"});
  CHECK(of_file("{\"input\":\"a\\u0000b\"}\n") ==
        Records{"ERROR FILE:1: holds a NUL byte: this is no text"});
  CHECK(of_file("{\"input\":\"a\"}\n[1]\n") ==
        Records{"ERROR FILE:2: an object with `input` is wanted, this is a list"});
  CHECK(of_file("{\"input\":\"a\"}\nplain\n")[0].starts_with("ERROR FILE:2:1: "));
  CHECK(of_file("{\"input\":\"a\"}\n{\"input\":\"b\",}\n")[0].starts_with("ERROR FILE:2:"));
  CHECK(of_file("{\"input\":\"a\xff\"}\n")[0].starts_with("ERROR FILE:1:"));
}

TEST_CASE("only the first line settles what the file is") {
  CHECK(of_file("plain\n{\"input\":\"a\"}\n") ==
        Records{R"({"input":"plain"})", R"({"input":"{\"input\":\"a\"}"})"});
}

TEST_CASE("lines that are no text are refused with their number") {
  CHECK(of_file("a\nb\xff\n") == Records{"ERROR FILE:2: is not UTF-8"});
  CHECK(of_file(std::string_view("a\n\0b\n", 5)) ==
        Records{"ERROR FILE:2: holds a NUL byte: this is no text"});
}

TEST_CASE("a line may hold 1 MiB and no byte more") {
  const std::string longest(kMaxInputLine, 'x');
  const Records fits = of_file("a\n" + longest + "\r\nb\n");
  REQUIRE(fits.size() == 3);
  CHECK(fits[1] == "{\"input\":\"" + longest + "\"}");
  CHECK(of_file("a\n" + longest + "x\nb\n") ==
        Records{"ERROR FILE:2: the line is longer than 1 MiB"});
  CHECK(of_file("a\n" + longest + longest + longest) ==
        Records{"ERROR FILE:2: the line is longer than 1 MiB"});
}

TEST_CASE("files that cannot be read") {
  const TemporaryDirectory directory;
  const Spooled missing(file_source(directory.path("absent.txt")));
  REQUIRE_FALSE(missing.summary.has_value());
  CHECK(missing.summary.error().code == ErrorCode::file_not_found);
  CHECK(missing.summary.error().message.find(directory.path("absent.txt")) != std::string::npos);
  const Spooled folder(file_source(directory.path()));
  REQUIRE_FALSE(folder.summary.has_value());
  CHECK(folder.summary.error().message.find("Is a directory") != std::string::npos);
}

TEST_CASE("standard input") {
  const TemporaryDirectory directory;
  const std::string path = directory.write("in", "a\nb\n");
  const int saved = ::dup(STDIN_FILENO);
  const int file = ::open(path.c_str(), O_RDONLY);
  ::dup2(file, STDIN_FILENO);
  const Spooled spooled(file_source("-"));
  const Spooled again(file_source("-"));
  ::dup2(saved, STDIN_FILENO);
  ::close(file);
  ::close(saved);
  CHECK(spooled.records() == Records{R"({"input":"a"})", R"({"input":"b"})"});
  REQUIRE_FALSE(again.summary.has_value());
  CHECK(again.summary.error().message == "standard input holds no input");
}

TEST_CASE("a list in the job file") {
  doc::Value item;
  item.set("input", "b");
  item.set("meta", doc::Value::Array{1, 2});
  CHECK(Spooled(list_source({"a", item})).records() ==
        Records{R"({"input":"a"})", R"({"input":"b","meta":[1,2]})"});
  CHECK(Spooled(list_source({"a", 3})).records() ==
        Records{"ERROR input.list[1]: text or {input, meta} is wanted"});
  CHECK(Spooled(list_source({""})).records() == Records{"ERROR input.list[0]: the input is empty"});
}

TEST_CASE("CSV as RFC 4180 has it") {
  CHECK(of_csv("id,url\r\n1,a\r\n2,b\r\n") == Records{R"({"input":"a"})", R"({"input":"b"})"});
  CHECK(of_csv("url\na\n\"b\"\n") == Records{R"({"input":"a"})", R"({"input":"b"})"});
  CHECK(of_csv("id,\"url\",x\n1,\"a,\"\"b\"\"\",\n") == Records{R"({"input":"a,\"b\""})"});
  CHECK(of_csv("url,x\n\"two\r\nlines\",1\nb,2") ==
        Records{R"({"input":"two\r\nlines"})", R"({"input":"b"})"});
  CHECK(of_csv("\xEF\xBB\xBFurl\na\n") == Records{R"({"input":"a"})"});
  CHECK(of_csv(" url , x\na\"b,1\n") == Records{R"({"input":"a\"b"})"});
  CHECK(of_csv("url,x\n\"\",1\n\n ,2\nb,\n") == Records{R"({"input":"b"})"});
}

TEST_CASE("CSV mistakes") {
  CHECK(of_csv("id,uri\n1,a\n") == Records{"ERROR FILE:1: no column `url`; did you mean `uri`?"});
  CHECK(of_csv("url,url\n1,a\n") == Records{"ERROR FILE:1: two columns are named `url`"});
  CHECK(of_csv("id,url\n1,a\n2\n") == Records{"ERROR FILE:3: the row has 1 cells, the header 2"});
  CHECK(of_csv("url,x\na,1\n\"b\nc,2\n") ==
        Records{"ERROR FILE:3: the quoted cell of this row never ends"});
  CHECK(of_csv("url,x\n\"a\"b,1\n") ==
        Records{"ERROR FILE:2: text behind the closing quote of a cell"});
  CHECK(of_csv("url\n\"" + std::string(kMaxInputLine / 2, 'x') + "\n" +
               std::string(kMaxInputLine / 2, 'x') + "\"\n") ==
        Records{"ERROR FILE:2: the row is longer than 1 MiB"});
  CHECK(of_csv("url\n") == Records{"ERROR FILE holds no input in column `url`"});
  CHECK(of_csv("") == Records{"ERROR FILE holds no input in column `url`"});
  CHECK(of_csv("url\na\xff\n") == Records{"ERROR FILE:2: is not UTF-8"});
}

TEST_CASE("a glob gives the paths as written, none is an error") {
  const TemporaryDirectory directory;
  directory.write("p/b.jpg", "");
  directory.write("p/a.jpg", "");
  InputSource source;
  source.kind = InputSource::Kind::glob;
  source.path = "p/*.jpg";
  source.base_directory = directory.path();
  CHECK(Spooled(source).records() == Records{R"({"input":"p/a.jpg"})", R"({"input":"p/b.jpg"})"});
  source.path = "p/*.png";
  CHECK(Spooled(source).records() == Records{"ERROR no file matches " + directory.path("p/*.png")});
}

TEST_CASE("any range can be read, over all buffers") {
  std::string content;
  for (int i = 0; i < 10'000; ++i) {
    content += std::to_string(i) +
               std::string(static_cast<std::size_t>(i % 1000 == 999 ? 300'000 : i % 90), 'x') +
               "\n";
  }
  const TemporaryDirectory directory;
  const Spooled spooled(file_source(directory.write("in", content)));
  REQUIRE(spooled.summary.has_value());
  const auto reader = SpoolReader::open(spooled.directory.path());
  REQUIRE(reader.has_value());
  CHECK(reader->size() == 10'000);
  const auto check = [&](std::uint64_t begin, std::uint64_t end) {
    std::uint64_t next = begin;
    const Status done = reader->read(begin, end, [&](std::uint64_t index, std::string_view record) {
      CHECK(index == next++);
      const std::string start = "{\"input\":\"" + std::to_string(index);
      CHECK(record.substr(0, start.size()) == start);
      CHECK(record.ends_with("\"}"));
    });
    CHECK(done.has_value());
    CHECK(next == end);
  };
  check(0, 10'000);
  check(0, 0);
  check(10'000, 10'000);
  check(998, 1001);
  check(9'999, 10'000);
  check(4'095, 8'193);
  CHECK(reader->read(0, 10'001, [](auto, auto) {}).error().code == ErrorCode::bug);
}

TEST_CASE("a spool that is not whole is not taken for one") {
  const TemporaryDirectory source;
  const std::string path = source.write("in", "a\nb\nc\n");
  const TemporaryDirectory directory;
  REQUIRE(write_spool(file_source(path), directory.path()).has_value());
  const auto code = [&] {
    const auto reader = SpoolReader::open(directory.path());
    return reader ? ErrorCode::failed : reader.error().code;
  };
  const std::string data = directory.read("inputs");
  const std::string index = directory.read("inputs.index");

  directory.write("inputs", data.substr(0, data.size() - 1));
  CHECK(code() == ErrorCode::state_unusable);
  directory.write("inputs", data);
  directory.write("inputs.index", index.substr(0, index.size() - 3));
  CHECK(code() == ErrorCode::state_unusable);
  directory.write("inputs.index", "");
  CHECK(code() == ErrorCode::state_unusable);

  std::string twisted = index;
  twisted.replace(8, 8, 8, '\0');
  directory.write("inputs.index", twisted);
  const auto reader = SpoolReader::open(directory.path());
  REQUIRE(reader.has_value());
  CHECK(reader->read(0, 3, [](auto, auto) {}).error().code == ErrorCode::state_unusable);

  std::filesystem::remove(directory.path("inputs"));
  CHECK(code() == ErrorCode::file_not_found);
}

TEST_CASE("a failed spool leaves an older one alone, a killed one is overwritten") {
  const TemporaryDirectory source;
  const TemporaryDirectory directory;
  directory.write("inputs.new", "left by a killed run");
  REQUIRE(write_spool(file_source(source.write("in", "a\n")), directory.path()).has_value());
  CHECK_FALSE(write_spool(file_source(source.write("bad", "b\n\xff\n")), directory.path()));
  CHECK(directory.read("inputs") == "{\"input\":\"a\"}\n");
  CHECK_FALSE(std::filesystem::exists(directory.path("inputs.new")));
}

}  // namespace
}  // namespace orch::job
