#include <fmt/core.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "job/spec_parts.h"
#include "job/spool_writer.h"

namespace orch::job {
namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

bool begins_well(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.front() != '.' && name.front() != '_';
}

// On a command line such a word is a file.
bool looks_like_file(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

std::string wrong_name(std::string_view name) {
  if (name.find_first_not_of(kNameCharacters) != std::string_view::npos || !begins_well(name)) {
    return "a name has letters, digits, - _ and . only, and begins with a letter or digit";
  }
  if (name.size() > kLongestName) return fmt::format("longer than {} characters", kLongestName);
  if (looks_like_file(name)) return "a name that ends like this is taken for a file; shorten it";
  return {};
}

// "photos/birds nightly.yaml" → "birds-nightly"
std::string name_of_file(std::string_view path) {
  std::string stem(path.substr(path.rfind('/') + 1));
  if (looks_like_file(stem)) stem.resize(stem.rfind('.'));
  for (char& c : stem) {
    if (kNameCharacters.find(c) == std::string_view::npos) c = '-';
  }
  stem.erase(0, std::min(stem.find_first_not_of("-._"), stem.size()));
  stem.resize(std::min(stem.size(), kLongestName));
  return wrong_name(stem).empty() ? stem : "job";
}

void check_item(const doc::Value& item, const std::string& path, config::Report& report) {
  const doc::Value* input = &item;
  if (item.object()) {
    input = item.find("input");
    if (!input) return report.missing(item, path + ".input", "missing; add the text of the input");
    for (const auto& [name, member] : *item.object()) {
      if (name == "input" || name == "meta") continue;
      report.mistake_at_key(member, fmt::format("{}.{}", path, name),
                            "unknown field; what a worker needs goes into meta");
    }
  }
  if (!input->string()) {
    const std::string_view wanted = item.object() ? "text" : "text or {input, meta}";
    return report.mistake(*input, path,
                          fmt::format("must be {}, not {}", wanted, input->kind_name()));
  }
  if (const auto wrong = check_input(*input->string()); !wrong.empty()) {
    report.mistake(*input, path, wrong);
  }
}

void read_list(const doc::Value& list, std::string_view path, InputSource& source,
               SpecContext& context) {
  source.kind = InputSource::Kind::list;
  source.base_directory = context.base_of(list);
  if (!list.array()) {
    context.report.mistake(list, path, fmt::format("must be a list, not {}", list.kind_name()));
    return;
  }
  source.list = *list.array();
  for (std::size_t i = 0; i < source.list.size(); ++i) {
    check_item(source.list[i], fmt::format("{}[{}]", path, i), context.report);
  }
}

void read_path(InputSource::Kind kind, const doc::Value& file, std::string_view path,
               InputSource& source, SpecContext& context) {
  source.kind = kind;
  if (!file.string()) return;
  if (*file.string() != "-") {
    source.path = context.resolved(file);
    source.base_directory = directory_of(source.path);
    return;
  }
  source.path = "-";
  source.base_directory = context.current_directory;
  if (context.options.name == "-") {
    context.report.mistake(file, path,
                           "standard input is the job file itself; put one of them into a file");
  }
}

}  // namespace

std::string read_name(const config::View& job, SpecContext& context) {
  const doc::Value* written = job.find("name");
  if (!written) return name_of_file(context.options.name);
  if (written->string()) {
    if (const std::string wrong = wrong_name(*written->string()); !wrong.empty()) {
      context.report.mistake(*written, "name", wrong);
    }
  }
  return job.text("name");
}

InputSource read_input(const config::View& job, SpecContext& context) {
  using Kind = InputSource::Kind;
  InputSource source;
  if (const auto* list = job.find("input"); list && list->array()) {
    read_list(*list, "input", source, context);
  } else if (const auto* items = job.find("input.list")) {
    read_list(*items, "input.list", source, context);
  } else if (const auto* file = job.find("input.file")) {
    read_path(Kind::file, *file, "input.file", source, context);
  } else if (const auto* table = job.find("input.csv.file")) {
    read_path(Kind::csv, *table, "input.csv.file", source, context);
    source.column = job.text("input.csv.column");
  } else if (const auto* pattern = job.find("input.glob")) {
    source.kind = Kind::glob;
    source.path = job.text("input.glob");
    source.base_directory = context.base_of(*pattern);
  }
  if (const auto* base = job.find("input.base_directory"); base && base->string()) {
    source.base_directory = context.resolved(*base);
  }
  return source;
}

}  // namespace orch::job
