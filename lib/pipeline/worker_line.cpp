#include "pipeline/worker_line.h"

#include <array>
#include <charconv>

#include "doc/value.h"

namespace orch::pipeline {

namespace {

void append_item(std::string& out, const Item& item) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), item.id).ptr;
  out += "{\"id\":";
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += ",\"input\":";
  out += item.input;
  if (!item.path.empty()) {
    out += ",\"path\":";
    doc::append_json_string(out, item.path);
  }
  if (const std::string_view meta = item.current_meta(); !meta.empty()) {
    out += ",\"meta\":";
    out += meta;
  }
  if (!item.out.empty()) {
    out += ",\"out\":";
    doc::append_json_string(out, item.out);
  }
  out += '}';
}

}  // namespace

void append_item_line(std::string& out, const Item& item) {
  append_item(out, item);
  out += '\n';
}

void append_batch_line(std::string& out, std::span<Item* const> items) {
  out += "{\"batch\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_item(out, *items[i]);
  }
  out += "]}\n";
}

}  // namespace orch::pipeline
