#include "output/printer.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"

namespace orch::output {
namespace {

// `schema` first, then the members of the object.
doc::Value with_schema(const doc::Value& object) {
  doc::Value whole = schema_document();
  if (const auto* members = object.object()) {
    for (const auto& [key, value] : *members) whole.set(key, value);
  }
  return whole;
}

std::string id_line(const doc::Value& object, std::string_view id) {
  const doc::Value* value = member_at(object, id);
  return value == nullptr ? std::string() : printable(cell_text(*value)) + "\n";
}

}  // namespace

doc::Value schema_document() {
  doc::Value value;
  value.set("schema", "orch/v1");
  return value;
}

Format Printer::format(Format fallback) const {
  return format_ == Format::automatic ? fallback : format_;
}

bool Printer::structured() const {
  return format_ == Format::json || format_ == Format::yaml || format_ == Format::ndjson;
}

Result<std::vector<Column>> Printer::chosen(const std::vector<Column>& columns) const {
  std::vector<Column> picked;
  if (columns_.empty()) {
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(picked),
                 [](const Column& column) { return !column.optional; });
    return picked;
  }
  for (const std::string& wanted : columns_) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
      return column.key == lower(wanted);
    });
    if (found != columns.end()) {
      picked.push_back(*found);
      continue;
    }
    std::vector<std::string> known;
    for (const Column& column : columns) known.emplace_back(column.key);
    const auto meant = nearest(wanted, known);
    return fail(ErrorCode::usage, "no column \"" + printable(wanted) + "\"",
                (meant ? "did you mean \"" + *meant + "\"? " : std::string()) +
                    "the columns are: " + join(known, ", "));
  }
  return picked;
}

Status Printer::list(const Listing& listing) {
  const auto columns = ORCH_TRY(chosen(listing.columns));
  switch (format()) {
    case Format::json:
    case Format::yaml: {
      doc::Value whole = schema_document();
      whole.set(listing.name, listing.rows);
      return structured_document(whole);
    }
    case Format::ndjson:
      for (const doc::Value& row : listing.rows) ORCH_TRY(line(doc::to_json(row)));
      return {};
    case Format::name:
      for (const doc::Value& row : listing.rows) ORCH_TRY(out_.write(id_line(row, listing.id)));
      return {};
    default:
      if (listing.rows.empty()) log_note(listing.empty);
      return out_.write(render_table(columns, listing.rows, style()));
  }
}

Status Printer::structured_document(const doc::Value& whole) {
  if (format_ == Format::yaml) return out_.write(doc::to_yaml(whole));
  if (format_ == Format::ndjson) return line(doc::to_json(whole));
  return out_.write(doc::to_pretty_json(whole));
}

Status Printer::document(const doc::Value& object, const std::function<std::string()>& text,
                         std::string_view id) {
  if (structured()) return structured_document(with_schema(object));
  if (format_ == Format::name) return out_.write(id_line(object, id));
  const std::string shown = text();
  if (shown.empty() || shown.back() == '\n') return out_.write(shown);
  return line(shown);
}

Status Printer::fields(const doc::Value& object, const std::vector<Column>& fields,
                       std::string_view id) {
  const auto columns = ORCH_TRY(chosen(fields));
  return document(
      object, [&] { return render_fields(columns, object, style()); }, id);
}

Status Printer::event(const doc::Value& object) {
  ORCH_TRY(line(doc::to_json(object)));
  return out_.flush();
}

Status Printer::line(std::string_view text) {
  ORCH_TRY(out_.write(text));
  return out_.write("\n");
}

}  // namespace orch::output
