// How FiftyOne names the secrets that it makes for an orchestrator. Pure.
#pragma once

#include <string>
#include <string_view>

namespace orch::secrets {

// clientSecret, gpu-a → CLIENT_SECRET_GPU_A. Empty when nothing of the id is left.
std::string secret_name(std::string_view field, std::string_view instance_id);
// clientSecret → CLIENT_SECRET, client_secret the same.
std::string field_part(std::string_view field);
// client_secret → clientSecret; clientSecret stays.
std::string camel_case(std::string_view field);
// Whether the rule is confirmed for this id: letters and digits in words joined by single - or _.
bool is_certain(std::string_view instance_id);
// What a secret's name must look like: MY_SECRET_KEY.
bool is_secret_name(std::string_view name);

}  // namespace orch::secrets
