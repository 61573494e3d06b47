#include "output/table.h"

#include <algorithm>

#include "base/text.h"
#include "output/terminal.h"

namespace orch::output {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNarrowest = 8;  // an elastic column is not cut below this

std::string title_of(const Column& column) {
  if (!column.title.empty()) return std::string(column.title);
  std::string title(column.key);
  for (char& c : title) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '_' || c == '.') c = ' ';
  }
  return title;
}

std::string cell(const Column& column, const doc::Value& row) {
  const doc::Value* value = member_at(row, column.key);
  static const doc::Value kNull;
  const doc::Value& shown = value != nullptr ? *value : kNull;
  return printable(column.show != nullptr ? column.show(shown) : cell_text(shown));
}

using Cells = std::vector<std::vector<std::string>>;

std::vector<std::size_t> natural_widths(const Cells& cells) {
  std::vector<std::size_t> widths(cells.front().size(), 0);
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  return widths;
}

// Takes columns away from the widest elastic column until the line fits, then gives up: an id
// that is cut cannot be pasted.
void shrink(std::vector<std::size_t>& widths, const std::vector<Column>& columns,
            std::size_t limit) {
  std::size_t total = kGap * (widths.size() - 1);
  for (const std::size_t width : widths) total += width;
  while (total > limit) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (!columns[i].elastic || widths[i] <= kNarrowest) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
    --total;
  }
}

std::string render_line(const std::vector<std::string>& line, const std::vector<Column>& columns,
                        const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string text = fit(line[i], widths[i]);
    const std::size_t used = display_width(text);
    const std::size_t pad = widths[i] > used ? widths[i] - used : 0;
    if (columns[i].right) out.append(pad, ' ');
    out += text;
    if (!columns[i].right) out.append(pad, ' ');
    if (i + 1 < line.size()) out.append(kGap, ' ');
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace

std::string cell_text(const doc::Value& value) {
  if (value.is_null()) return "-";
  if (const auto* text = value.string()) return *text;
  return doc::to_json(value);
}

const doc::Value* member_at(const doc::Value& row, std::string_view path) {
  const doc::Value* value = &row;
  while (value != nullptr && !path.empty()) {
    const std::size_t dot = path.find('.');
    value = value->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return value;
}

std::string render_table(const std::vector<Column>& columns, const doc::Value::Array& rows,
                         const TableStyle& style) {
  if (rows.empty() || columns.empty()) return {};
  Cells cells(1);
  for (const Column& column : columns) cells.front().push_back(title_of(column));
  for (const doc::Value& row : rows) {
    auto& line = cells.emplace_back();
    for (const Column& column : columns) line.push_back(cell(column, row));
  }
  std::vector<std::size_t> widths = natural_widths(cells);
  if (style.width > 0) shrink(widths, columns, style.width);
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    out += styled(render_line(cells[i], columns, widths), Style::bold, style.color && i == 0);
    out += '\n';
  }
  return out;
}

std::string render_fields(const std::vector<Column>& fields, const doc::Value& object,
                          const TableStyle& style) {
  std::size_t widest = 0;
  for (const Column& field : fields) {
    const doc::Value* value = member_at(object, field.key);
    if (value != nullptr && !value->is_null()) {
      widest = std::max(widest, display_width(title_of(field)) + 1);
    }
  }
  std::string out;
  for (const Column& field : fields) {
    const doc::Value* value = member_at(object, field.key);
    if (value == nullptr || value->is_null()) continue;
    const std::string label = title_of(field) + ":";
    std::string line = styled(label, Style::bold, style.color);
    line.append(widest - display_width(label) + kGap, ' ');
    line += cell(field, object);
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace orch::output
