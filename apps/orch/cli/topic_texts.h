// The written pages of `orch help TOPIC`.
#pragma once

#include <string>

namespace orch::cli {

std::string output_topic();
std::string names_topic();
std::string files_topic();
std::string environment_topic();
std::string jobs_topic();
std::string worker_topic();
std::string credentials_topic();

}  // namespace orch::cli
