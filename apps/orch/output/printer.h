// Prints replies in the format asked for. Commands build doc::Values; this decides how they look.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "doc/value.h"
#include "output/format.h"
#include "output/table.h"
#include "output/terminal.h"
#include "output/writer.h"

namespace orch::output {

// A list reply. json and yaml: {"schema","<name>":[…]}; ndjson: a row a line; name: the id a line.
struct Listing {
  std::string_view name = "items";
  std::string_view id = "id";                  // the member that `-o name` prints
  std::vector<Column> columns = {};            // of the table; --columns picks among them
  doc::Value::Array rows = {};                 // objects
  std::string_view empty = "nothing to show";  // said on standard error instead of a table
};

class Printer {
 public:
  Printer(Writer& out, const Terminal& terminal, Format format, std::vector<std::string> columns)
      : out_(out), terminal_(terminal), format_(format), columns_(std::move(columns)) {}

  // The format asked for, or `fallback` when none was.
  Format format(Format fallback = Format::table) const;
  // json, yaml or ndjson: a program reads, people are told on standard error only.
  bool structured() const;

  Status list(const Listing& listing);
  // One object. json and yaml get "schema" in front, `-o name` prints member `id`, a table is
  // `text()` printed as it is (a newline is added when missing).
  Status document(const doc::Value& object, const std::function<std::string()>& text,
                  std::string_view id = "id");
  // The same with "Key:  value" lines as text.
  Status fields(const doc::Value& object, const std::vector<Column>& fields,
                std::string_view id = "id");
  // One line of a stream, sent at once.
  Status event(const doc::Value& object);
  // A line of text as it is, newline added.
  Status line(std::string_view text);

  Writer& out() { return out_; }
  const Terminal& terminal() const { return terminal_; }
  TableStyle style() const { return {terminal_.width, terminal_.color}; }

 private:
  Result<std::vector<Column>> chosen(const std::vector<Column>& columns) const;
  Status structured_document(const doc::Value& document);

  Writer& out_;
  const Terminal& terminal_;
  Format format_;
  std::vector<std::string> columns_;
};

// An object that begins with "schema":"orch/v1".
doc::Value schema_document();

}  // namespace orch::output
