// Text for the files of a bundle.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace orch::bundle {

// Replaces each @NAME@ of the text; an unknown one stays. Values are not looked at again.
using Slots = std::initializer_list<std::pair<std::string_view, std::string_view>>;
std::string fill(std::string_view text, Slots slots);

// A value of the spec inside a compose file: double-quoted, and a dollar is a dollar.
std::string compose_string(std::string_view value);
// The same where compose is to see its own ${VARIABLE}.
std::string yaml_string(std::string_view value);

}  // namespace orch::bundle
