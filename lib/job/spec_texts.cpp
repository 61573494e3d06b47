// A text where a list or a mapping belongs: told in the form that was probably meant, which the
// general check cannot know.
#include <fmt/core.h>

#include "base/text.h"
#include "job/spec_parts.h"

namespace orch::job {
namespace {

constexpr std::size_t kLongestShown = 60;

// Whether YAML takes the word, in a list in brackets, for the text it is.
bool is_plain_word(std::string_view word) {
  constexpr std::string_view kSpecial = "[]{},:#&*!|>'\"%@`?";
  return word.find_first_of(kSpecial) == std::string_view::npos && word != "-" && word != "~";
}

// python3 infer.py → [python3, infer.py]; what needs a shell gets one by name.
std::string as_list(std::string_view command) {
  constexpr std::string_view kShell = "|&;<>()$`\\\"'*?[]#~";
  if (command.find_first_of(kShell) != std::string_view::npos) {
    return fmt::format("[sh, -c, {}]", doc::to_json(doc::Value(command)));
  }
  std::string list;
  for (const std::string_view word : split(command, ' ')) {
    if (word.empty()) continue;
    list += list.empty() ? "[" : ", ";
    list += is_plain_word(word) ? std::string(word) : doc::to_json(doc::Value(word));
  }
  return list + "]";
}

void explain_command(doc::Value& command, const std::string& path, config::Report& report) {
  const std::string* text = command.string();
  if (!text || trim(*text).empty() || printable(*text) != *text) return;
  const std::string list = as_list(*text);
  report.mistake(command, path,
                 list.size() > kLongestShown
                     ? "must be a list of arguments, not one text; write [python3, infer.py]"
                     : fmt::format("must be a list of arguments, not one text; write {}", list));
  command = doc::Value::Array{"explained"};
}

void explain_input(doc::Value& input, config::Report& report) {
  const std::string* text = input.string();
  if (!text) return;
  const bool is_pattern = text->find_first_of("*?[") != std::string_view::npos;
  const bool is_url = text->find("://") != std::string_view::npos;
  const std::string shown = fit(printable(*text), kLongestShown);
  report.mistake(input, "input",
                 fmt::format("must say what this is; write {}",
                             is_url       ? fmt::format("[\"{}\"]", shown)
                             : is_pattern ? fmt::format("{{glob: \"{}\"}}", shown)
                                          : fmt::format("{{file: \"{}\"}}", shown)));
  input = doc::Value::Array{};
}

}  // namespace

void explain_texts(doc::Value& document, SpecContext& context) {
  if (doc::Value* input = document.find("input")) explain_input(*input, context.report);
  doc::Value* pipeline = document.find("pipeline");
  if (!pipeline) return;
  for (const std::string_view stage : {"preprocess", "inference"}) {
    doc::Value* found = pipeline->find(stage);
    if (!found) continue;
    for (const std::string_view kind : {"run", "exec"}) {
      if (doc::Value* command = found->find(kind)) {
        explain_command(*command, fmt::format("pipeline.{}.{}", stage, kind), context.report);
      }
    }
  }
}

}  // namespace orch::job
