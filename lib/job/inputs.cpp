#include "job/inputs.h"

#include <fmt/core.h>

#include "base/text.h"
#include "doc/json_slice.h"
#include "job/line_reader.h"

namespace orch::job {
namespace {

constexpr std::string_view kEscapedNul = "\\u0000";

// Column and reason out of the parser's "name:1:column: reason", on the line it really is.
Error not_json(const LineReader& lines, const Error& parse_error) {
  const std::string prefix = lines.name() + ":1:";
  std::string_view reason = parse_error.message;
  if (!reason.starts_with(prefix)) return lines.mistake(fmt::format("not JSON: {}", reason));
  reason.remove_prefix(prefix.size());
  Error error = lines.mistake("");
  error.message = fmt::format("{}:{}:{}", lines.name(), lines.line_number(), reason);
  return error;
}

// Members beyond what a slice holds, or a mistake to be named: the slow way decides.
Status add_parsed(std::string_view line, const LineReader& lines, SpoolWriter& spool) {
  const auto value = doc::parse_json(line, lines.name());
  if (!value) return fail(not_json(lines, value.error()));
  const doc::Value* input = value->find("input");
  if (!value->object()) {
    return fail(lines.mistake(
        fmt::format("an object with `input` is wanted, this is {}", value->kind_name())));
  }
  if (!input) return fail(lines.mistake("`input` is missing"));
  if (!input->string()) {
    return fail(lines.mistake(fmt::format("`input` must be text, this is {}", input->kind_name())));
  }
  if (const auto wrong = check_input(*input->string()); !wrong.empty()) {
    return fail(lines.mistake(wrong));
  }
  const doc::Value* meta = value->find("meta");
  return spool.add_json(doc::to_json(*input), meta ? doc::to_json(*meta) : std::string());
}

Status add_object(std::string_view line, const LineReader& lines, SpoolWriter& spool) {
  const auto slices = doc::slice_object(line);
  if (!slices) return add_parsed(line, lines, spool);
  const std::string_view input = slices->find("input");
  const bool is_text = input.size() > 2 && input.front() == '"';
  if (!is_text || input.find(kEscapedNul) != std::string_view::npos)
    return add_parsed(line, lines, spool);
  return spool.add_json(input, slices->find("meta"));
}

Status add_line(std::string_view line, const LineReader& lines, SpoolWriter& spool) {
  if (const auto wrong = check_input(line); !wrong.empty()) return fail(lines.mistake(wrong));
  return spool.add_text(line);
}

Error list_mistake(std::size_t index, std::string_view what) {
  return {ErrorCode::invalid_file, fmt::format("input.list[{}]: {}", index, what), "", {}, {}, {}};
}

Status add_item(const doc::Value& item, std::size_t index, SpoolWriter& spool) {
  const doc::Value* input = item.object() ? item.find("input") : &item;
  if (!input || !input->string()) {
    return fail(list_mistake(index, "text or {input, meta} is wanted"));
  }
  const std::string& text = *input->string();
  if (const auto wrong = check_input(text); !wrong.empty()) return fail(list_mistake(index, wrong));
  const doc::Value* meta = item.find("meta");
  if (!meta) return spool.add_text(text);
  return spool.add_json(doc::to_json(*input), doc::to_json(*meta));
}

}  // namespace

Status read_list(const InputSource& source, SpoolWriter& spool) {
  for (std::size_t i = 0; i < source.list.size(); ++i) {
    ORCH_TRY(add_item(source.list[i], i, spool));
  }
  return {};
}

Status read_lines(const InputSource& source, SpoolWriter& spool) {
  LineReader lines = ORCH_TRY(LineReader::open(source.path));
  std::optional<bool> objects;  // settled by the first line that is not blank
  while (auto next = ORCH_TRY(lines.next())) {
    std::string_view line = *next;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string_view words = trim(line);
    if (words.empty()) {
      spool.count_blank();
      continue;
    }
    if (!objects) objects = words.front() == '{';
    ORCH_TRY(*objects ? add_object(line, lines, spool) : add_line(line, lines, spool));
  }
  return {};
}

}  // namespace orch::job
