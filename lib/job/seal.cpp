// What is written beside results.ndjson when a job ends (job/results.h).
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>

#include "doc/json_slice.h"
#include "job/results.h"

namespace orch::job {
namespace {

constexpr std::size_t kFlushAt = 256u << 10;

// A file that appears whole or not at all.
class FailedFile {
 public:
  static Result<FailedFile> create(std::string path) {
    const std::string temporary = path + ".tmp";
    ::unlink(temporary.c_str());  // left by a run that was killed; the caller holds the job's lock
    Fd fd = ORCH_TRY(create_exclusive(temporary));
    return FailedFile(std::move(fd), std::move(path));
  }
  FailedFile(FailedFile&&) = default;
  ~FailedFile() {
    if (fd_) ::unlink((path_ + ".tmp").c_str());
  }

  Status add(std::uint64_t index, std::string_view record, std::string_view error) {
    const auto slices = doc::slice_object(record);
    const std::string_view meta = slices ? slices->find("meta") : std::string_view();
    buffer_ += R"({"input":)";
    buffer_ += slices ? slices->find("input") : std::string_view("null");
    if (!meta.empty()) buffer_.append(R"(,"meta":)").append(meta);
    buffer_ += fmt::format(R"(,"index":{})", index);
    if (!error.empty()) buffer_.append(R"(,"error":)").append(error);
    buffer_ += "}\n";
    return buffer_.size() < kFlushAt ? Status() : flush();
  }

  Status finish() {
    ORCH_TRY(flush());
    if (::fsync(fd_.get()) != 0) return fail(write_error("sync", path_, errno));
    if (::rename((path_ + ".tmp").c_str(), path_.c_str()) != 0) {
      return fail(write_error("replace", path_, errno));
    }
    return close_file(std::move(fd_), path_);
  }

 private:
  FailedFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Status flush() {
    ORCH_TRY(write_all(fd_.get(), buffer_, path_));
    buffer_.clear();
    return {};
  }

  Fd fd_;
  std::string path_;
  std::string buffer_;
};

Status add_failed(FailedFile& file, const SpoolReader& spool, std::string_view line) {
  const auto said = read_log_line(line);
  const auto slices = doc::slice_object(line);
  if (!said || !slices || said->index >= spool.size()) return {};
  Status added;
  ORCH_TRY(
      spool.read(said->index, said->index + 1, [&](std::uint64_t index, std::string_view record) {
        added = file.add(index, record, slices->find("error"));
      }));
  return added;
}

Status write_failed(const std::string& results_path, const SpoolReader& spool) {
  FailedFile file = ORCH_TRY(FailedFile::create(failed_path(results_path)));
  ResultReader reader = ORCH_TRY(ResultReader::open(results_path, ResultFilter::failed));
  ORCH_TRY(reader.read(kWholeLog, [&](std::string_view line) {
    line.remove_suffix(1);
    return add_failed(file, spool, line);
  }));
  return file.finish();
}

doc::Value summary(const LedgerCounters& counters, const doc::Value& about) {
  doc::Value summary;
  summary.set("schema", "orch/v1");
  if (const doc::Value::Object* members = about.object()) {
    for (const auto& [key, value] : *members) summary.set(key, value);
  }
  summary.set("total", counters.total);
  summary.set("ok", counters.ok);
  summary.set("failed", counters.failed);
  summary.set("missing", counters.total - counters.done());
  return summary;
}

std::string beside(const std::string& results_path, const char* name) {
  return resolve(directory_of(results_path), name);
}

}  // namespace

std::string failed_path(const std::string& results_path) {
  return beside(results_path, "failed.ndjson");
}

std::string summary_path(const std::string& results_path) {
  return beside(results_path, "summary.json");
}

Status seal_results(const std::string& results_path, const SpoolReader& spool,
                    const LedgerCounters& counters, const doc::Value& about) {
  ORCH_TRY(write_failed(results_path, spool));
  // Syncs the directory too, so that both names stay.
  return write_file_atomically(summary_path(results_path),
                               doc::to_pretty_json(summary(counters, about)));
}

}  // namespace orch::job
