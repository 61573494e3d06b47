// The names that the sequence of `register` keeps in its record.
#pragma once

#include <string>
#include <string_view>

#include "control/registry.h"

namespace orch::ops {

inline constexpr std::string_view kRegister = "register";
inline constexpr std::string_view kMakeSecret = "make secret ";
inline constexpr std::string_view kUpdateSecret = "update secret ";
inline constexpr std::string_view kKeepSecret = "keep secret ";

inline std::string register_subject(const control::Registry& registry, const std::string& name) {
  return std::string(registry.traits().id) + "/" + name;
}

}  // namespace orch::ops
