#include "databricks/files.h"

#include <fmt/core.h>

#include "base/encode.h"
#include "base/text.h"

namespace orch::databricks {
namespace {

bool is_volume(std::string_view path) { return path.starts_with("/Volumes/"); }

std::string escaped(std::string_view path) {
  std::string out;
  for (const std::string_view part : split(path.substr(1), '/')) {
    out += "/" + percent_encode(part);
  }
  return out;
}

// Until it is in none of the parts.
std::string boundary_for(std::string_view bytes) {
  std::string boundary = "orch-boundary";
  while (bytes.find(boundary) != std::string_view::npos) boundary += "-x";
  return boundary;
}

std::string part(const std::string& boundary, std::string_view header, std::string_view bytes) {
  return fmt::format("--{}\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", boundary, header,
                     bytes);
}

}  // namespace

Result<bool> Files::has_directory(const std::string& path) {
  if (!is_volume(path)) return ORCH_TRY(size(path)).has_value();
  http::Request request;
  request.method = "HEAD";
  request.url = client_.url("/api/2.0/fs/directories" + escaped(path));
  const auto head = client_.raw(std::move(request), "look for " + path);
  if (!head && head.error().code == ErrorCode::not_found) return false;
  if (!head) return fail(head.error());
  return true;
}

Result<std::optional<std::uint64_t>> Files::size(const std::string& path) {
  const std::string what = "look for " + path;
  if (is_volume(path)) {
    // The API tells sizes in headers only; what orch writes there is small but for the binary.
    http::Request request;
    request.method = "HEAD";
    request.url = client_.url("/api/2.0/fs/files" + escaped(path));
    auto head = client_.raw(std::move(request), what);
    if (!head && head.error().code == ErrorCode::not_found) return std::nullopt;
    const auto length = parse_integer(ORCH_TRY(std::move(head)).header("content-length"));
    return length ? static_cast<std::uint64_t>(*length) : 0;
  }
  auto answer = client_.get("/api/2.0/workspace/get-status", {{"path", path}}, what);
  if (!answer && answer.error().code == ErrorCode::not_found) return std::nullopt;
  return static_cast<std::uint64_t>(integer_of(ORCH_TRY(std::move(answer)), "size"));
}

Result<std::string> Files::read(const std::string& path) {
  http::Request request;
  request.url =
      is_volume(path)
          ? client_.url("/api/2.0/fs/files" + escaped(path))
          : client_.url("/api/2.0/workspace/export",
                        {{"path", path}, {"direct_download", "true"}, {"format", "AUTO"}});
  return ORCH_TRY(client_.raw(std::move(request), "read " + path)).body;
}

Status Files::write(const std::string& path, std::string_view bytes) {
  http::Request request;
  request.repeatable = true;
  if (is_volume(path)) {
    request.method = "PUT";
    request.url = client_.url("/api/2.0/fs/files" + escaped(path), {{"overwrite", "true"}});
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body = bytes;
  } else {
    // A form takes 500 MB, JSON 10; RAW keeps a .py a file.
    const std::string boundary = boundary_for(bytes);
    request.method = "POST";
    request.url = client_.url("/api/2.0/workspace/import");
    request.headers = {{"Content-Type", "multipart/form-data; boundary=" + boundary}};
    request.body = part(boundary, "name=\"path\"", path) +
                   part(boundary, "name=\"format\"", "RAW") +
                   part(boundary, "name=\"overwrite\"", "true") +
                   part(boundary, "name=\"content\"; filename=\"content\"", bytes) +
                   fmt::format("--{}--\r\n", boundary);
  }
  ORCH_TRY(client_.call(std::move(request), "write " + path));
  return {};
}

Status Files::make_directory(const std::string& path) {
  if (is_volume(path)) {
    http::Request request;
    request.method = "PUT";
    request.url = client_.url("/api/2.0/fs/directories" + escaped(path));
    ORCH_TRY(client_.call(std::move(request), "make " + path));
    return {};
  }
  doc::Value body;
  body.set("path", path);
  ORCH_TRY(client_.post("/api/2.0/workspace/mkdirs", body, "make " + path, Repeat::yes));
  return {};
}

Status Files::erase(const std::string& url, const std::string& path) {
  http::Request request;
  request.method = "DELETE";
  request.url = url;
  const auto removed = client_.call(std::move(request), "delete " + path);
  if (!removed && removed.error().code != ErrorCode::not_found) return fail(removed.error());
  return {};
}

Status Files::remove(const std::string& path) {
  if (is_volume(path)) return erase(client_.url("/api/2.0/fs/files" + escaped(path)), path);
  return remove_directory(path);
}

// A volume takes empty directories only.
Status Files::remove_directory(const std::string& path) {
  if (!is_volume(path)) {
    doc::Value body;
    body.set("path", path);
    body.set("recursive", true);
    const auto removed =
        client_.post("/api/2.0/workspace/delete", body, "delete " + path, Repeat::yes);
    if (!removed && removed.error().code != ErrorCode::not_found) return fail(removed.error());
    return {};
  }
  const std::string place = "/api/2.0/fs/directories" + escaped(path);
  std::vector<std::pair<std::string, bool>> contents;
  Status listed =
      client_.pages(place, {}, "contents", "list " + path, [&](const doc::Value& entry) {
        const doc::Value& directory = member_of(entry, "is_directory");
        contents.emplace_back(entry.text("path"),
                              directory.boolean() != nullptr && *directory.boolean());
        return true;
      });
  if (!listed && listed.error().code == ErrorCode::not_found) return {};
  if (!listed) return listed;
  for (const auto& [each, is_directory] : contents) {
    // Never above what was asked for, whatever the answer says.
    if (!each.starts_with(path + "/")) continue;
    ORCH_TRY(is_directory ? remove_directory(each) : remove(each));
  }
  return erase(client_.url(place), path);
}

}  // namespace orch::databricks
