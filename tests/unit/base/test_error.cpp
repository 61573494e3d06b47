#include <doctest/doctest.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>

#include "base/result.h"

using namespace orch;

TEST_CASE("every error code has a name of its own, a hint and a documented exit status") {
  const std::set<int> documented = {1,  2,  3,  4,  5,  6,  7,   8,   9,
                                    10, 11, 12, 13, 70, 74, 130, 141, 143};
  std::set<std::string_view> names;
  std::set<int> used;
  for (const auto& code : all_error_codes()) {
    CAPTURE(code.name);
    CHECK(names.insert(code.name).second);
    CHECK(code.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK_FALSE(code.hint.empty());
    CHECK_FALSE(code.hint.ends_with('.'));
    CHECK(documented.contains(code.exit_status));
    CHECK(traits(code.code).name == code.name);
    used.insert(code.exit_status);
  }
  CHECK(used == documented);
}

TEST_CASE("an error's own hint goes before its code's") {
  Error error;
  error.code = ErrorCode::usage;
  CHECK(error.next() == "see --help");
  error.hint = "write it so";
  CHECK(error.next() == "write it so");
}

TEST_CASE("an errno value becomes one line that names the action and the thing") {
  CHECK(errno_text("open", "jobs/x.yaml", ENOENT) ==
        "cannot open jobs/x.yaml: No such file or directory");
  CHECK(errno_text("open", "a\n\x1b[31mb", EACCES) ==
        "cannot open a\\n\\x1b[31mb: Permission denied");
  CHECK(errno_text("do", "it", 98765) == "cannot do it: Unknown error 98765");
}

TEST_CASE("reading and writing map errno values to codes") {
  CHECK(read_error("open", "f", ENOENT).code == ErrorCode::file_not_found);
  CHECK(read_error("open", "f/g", ENOTDIR).code == ErrorCode::file_not_found);
  CHECK(read_error("open", "f", EACCES).code == ErrorCode::file_unreadable);
  CHECK(read_error("read", "f", EISDIR).code == ErrorCode::file_unreadable);
  CHECK(read_error("open", "f", EMFILE).code == ErrorCode::failed);
  for (const int reason : {ENOSPC, EIO, EDQUOT, EFBIG, EROFS, EACCES, EBADF}) {
    CHECK(write_error("write", "f", reason).code == ErrorCode::output_failed);
  }
  CHECK(write_error("write", "f", EPIPE).code == ErrorCode::reader_gone);
  CHECK(write_error("create", "f", EEXIST).code == ErrorCode::already_exists);
  CHECK(write_error("open", "d/f", ENOENT).code == ErrorCode::file_not_found);
}

namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::invalid_value, "odd");
  return value / 2;
}
Status check(bool good) {
  if (!good) return fail(ErrorCode::failed, "bad");
  return {};
}
Result<int> quarter(int value) {
  ORCH_TRY(check(value >= 0));
  const int once = ORCH_TRY(half(value));
  return ORCH_TRY(half(once));
}
Result<std::unique_ptr<int>> boxed(int value) {
  auto box = ORCH_TRY(Result<std::unique_ptr<int>>(std::make_unique<int>(value)));
  return box;
}

}  // namespace

TEST_CASE("ORCH_TRY hands on values, nothing, and errors") {
  CHECK(quarter(8) == 2);
  CHECK(quarter(6).error().message == "odd");
  CHECK(quarter(-4).error().message == "bad");
  CHECK(*boxed(3).value() == 3);
}
