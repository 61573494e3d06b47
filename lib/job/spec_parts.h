// The parts of parse_job. Each reads its piece of a document that may still hold mistakes, adds
// those that the table of fields cannot see, and gives something usable in any case.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields.h"
#include "config/report.h"
#include "config/view.h"
#include "doc/value.h"
#include "job/spec.h"

namespace orch::job {

struct SpecContext {
  const SpecOptions& options;
  std::string current_directory;
  config::Report& report;

  bool is_stored() const { return options.environment == nullptr; }
  // Relative to the file, or to the current directory for a value of --set.
  const std::string& base_of(const doc::Value& value) const;
  std::string resolved(const doc::Value& path) const;
};

const config::Field& policies_fields();

// Takes what only later versions have out of the document, with a mistake each; how many.
int refuse_later_fields(doc::Value& document, SpecContext& context);

// Texts where a list or mapping belongs: a mistake each, with something harmless in their place.
void explain_texts(doc::Value& document, SpecContext& context);

std::string read_name(const config::View& job, SpecContext& context);
InputSource read_input(const config::View& job, SpecContext& context);
JobPolicy read_policy(const config::View& job, SpecContext& context);
std::vector<std::pair<std::string, EnvValue>> read_env(const config::View& job,
                                                       SpecContext& context);
DownloadSpec read_download(const config::View& job);
std::vector<StageSpec> read_stages(const config::View& job, SpecContext& context);

// A table of rows that `check` has passed; ascending `up_to` is looked at here.
std::vector<PolicyRow> read_table(const config::View& policy, std::string_view path,
                                  config::Report& report);
// A list of texts and integers as argv; nothing when it is no list.
std::vector<std::string> read_arguments(const doc::Value* list, const std::string& path,
                                        config::Report& report);

}  // namespace orch::job
