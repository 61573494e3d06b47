#include "job/spool.h"

#include <fmt/core.h>

#include "base/text.h"
#include "job/inputs.h"
#include "job/spool_writer.h"

namespace orch::job {
namespace {

Status read_source(const InputSource& source, SpoolWriter& spool) {
  switch (source.kind) {
    case InputSource::Kind::list:
      return read_list(source, spool);
    case InputSource::Kind::file:
      return read_lines(source, spool);
    case InputSource::Kind::csv:
      return read_csv(source, spool);
    case InputSource::Kind::glob:
      return read_glob(source, spool);
  }
  return {};
}

std::string nothing_found(const InputSource& source, const SpoolSummary& summary) {
  const std::string name = source.path == "-" ? "standard input" : source.path;
  const std::string blank =
      summary.blank_lines == 0 ? "" : fmt::format(", only {} blank lines", summary.blank_lines);
  switch (source.kind) {
    case InputSource::Kind::list:
      return "input.list is empty";
    case InputSource::Kind::file:
      return fmt::format("{} holds no input{}", name, blank);
    case InputSource::Kind::csv:
      return fmt::format("{} holds no input in column `{}`{}", name, source.column, blank);
    case InputSource::Kind::glob:
      return fmt::format("no file matches {}", resolve(source.base_directory, source.path));
  }
  return {};
}

}  // namespace

Result<SpoolSummary> write_spool(const InputSource& source, const std::string& directory) {
  SpoolWriter spool = ORCH_TRY(SpoolWriter::create(directory));
  ORCH_TRY(read_source(source, spool));
  if (spool.summary().inputs == 0) {
    return fail(ErrorCode::no_input, printable(nothing_found(source, spool.summary())));
  }
  return spool.seal();
}

}  // namespace orch::job
