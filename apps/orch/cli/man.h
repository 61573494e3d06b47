// Man pages (mdoc), made from the command table and the topics.
#pragma once

#include <map>
#include <string>

namespace orch::cli {

// File name ("orch-submit.1", "orch-worker.7") to its text.
std::map<std::string, std::string> man_pages();

}  // namespace orch::cli
