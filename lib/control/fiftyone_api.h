// The two requests to FiftyOne's API that are public: is it alive, and does it know the key.
// Everything else goes through its documented SDK (python_sdk.h): its mutations are not public.
// Source: the vendor's public client.
#pragma once

#include "base/result.h"
#include "control/fiftyone_settings.h"
#include "http/api.h"

namespace orch::control {

// GET <address>/health must say that it is available. unreachable, tls_failed, bad_answer (it is
// something else that answers), remote_failed.
Status check_fiftyone_health(const FiftyOneSettings& settings, http::Transport& transport);

// The id of the key's user. not_authenticated (an unknown key), permission_denied (its role),
// bad_answer, remote_failed.
Result<std::string> fiftyone_viewer(const FiftyOneSettings& settings, http::Transport& transport);

}  // namespace orch::control
