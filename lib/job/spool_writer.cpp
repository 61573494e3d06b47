#include "job/spool_writer.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>

#include "base/text.h"
#include "doc/value.h"

namespace orch::job {
namespace {

static_assert(std::endian::native == std::endian::little, "the index is little-endian");

constexpr std::size_t kFlushAt = 1u << 20;

std::string unfinished(const std::string& path) { return path + ".new"; }

// Bytes that stand in JSON as they are and need no look at UTF-8.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

Result<Fd> create_fresh(const std::string& path) {
  ::unlink(path.c_str());  // left by a run that was killed; the caller holds the job's lock
  return create_exclusive(path);
}

Status sync_and_rename(const Fd& file, const std::string& path) {
  if (::fsync(file.get()) != 0) {
    return fail(ErrorCode::output_failed, errno_text("cannot sync", path, errno));
  }
  if (::rename(unfinished(path).c_str(), path.c_str()) != 0) {
    return fail(ErrorCode::output_failed, errno_text("cannot rename into place", path, errno));
  }
  return {};
}

}  // namespace

std::string spool_data_path(const std::string& directory) { return directory + "/inputs"; }
std::string spool_index_path(const std::string& directory) { return directory + "/inputs.index"; }

std::string_view check_input(std::string_view text) {
  if (is_plain(text)) return text.empty() ? "the input is empty" : "";
  if (text.find('\0') != std::string_view::npos) return "holds a NUL byte: this is no text";
  if (!is_utf8(text)) return "is not UTF-8";
  return {};
}

SpoolWriter::SpoolWriter(std::string directory, Fd data, Fd index)
    : directory_(std::move(directory)), data_(std::move(data)), index_(std::move(index)) {}

Result<SpoolWriter> SpoolWriter::create(const std::string& directory) {
  ORCH_TRY(make_directories(directory));
  Fd data = ORCH_TRY(create_fresh(unfinished(spool_data_path(directory))));
  Fd index = ORCH_TRY(create_fresh(unfinished(spool_index_path(directory))));
  return SpoolWriter(directory, std::move(data), std::move(index));
}

SpoolWriter::~SpoolWriter() {
  if (!data_) return;  // sealed or moved from
  ::unlink(unfinished(spool_data_path(directory_)).c_str());
  ::unlink(unfinished(spool_index_path(directory_)).c_str());
}

Status SpoolWriter::add_text(std::string_view text) {
  const std::size_t start = data_buffer_.size();
  if (is_plain(text)) {
    data_buffer_.append("{\"input\":\"").append(text).append("\"}\n");
  } else {
    data_buffer_ += "{\"input\":";
    doc::append_json_string(data_buffer_, text);
    data_buffer_ += "}\n";
  }
  return end_record(start);
}

Status SpoolWriter::add_json(std::string_view input, std::string_view meta) {
  const std::size_t start = data_buffer_.size();
  data_buffer_.append("{\"input\":").append(input);
  if (!meta.empty()) data_buffer_.append(",\"meta\":").append(meta);
  data_buffer_ += "}\n";
  return end_record(start);
}

Status SpoolWriter::end_record(std::size_t start) {
  const std::uint64_t offset = summary_.bytes;
  index_buffer_.append(reinterpret_cast<const char*>(&offset), sizeof offset);
  summary_.bytes += data_buffer_.size() - start;
  ++summary_.inputs;
  return data_buffer_.size() < kFlushAt ? Status() : flush();
}

Status SpoolWriter::flush() {
  ORCH_TRY(write_all(data_.get(), data_buffer_, spool_data_path(directory_)));
  ORCH_TRY(write_all(index_.get(), index_buffer_, spool_index_path(directory_)));
  data_buffer_.clear();
  index_buffer_.clear();
  return {};
}

Result<SpoolSummary> SpoolWriter::seal() {
  const std::uint64_t end = summary_.bytes;
  index_buffer_.append(reinterpret_cast<const char*>(&end), sizeof end);
  ORCH_TRY(flush());
  // The index first: a reader takes the data file's presence for the whole spool's.
  ORCH_TRY(sync_and_rename(index_, spool_index_path(directory_)));
  ORCH_TRY(sync_and_rename(data_, spool_data_path(directory_)));
  ORCH_TRY(sync_directory(directory_));
  data_.reset();
  index_.reset();
  return summary_;
}

}  // namespace orch::job
