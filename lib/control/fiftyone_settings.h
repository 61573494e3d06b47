// How FiftyOne Enterprise is reached: the API's address and key, and the Python that has its SDK.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/environment.h"
#include "base/result.h"

namespace orch::control {

struct FiftyOneRequest {
  std::string api_uri = {};  // of a flag; empty: from the environment, else FiftyOne's config file
  std::string python = {};   // of a flag; empty: ORCH_FIFTYONE_PYTHON, else python3
  bool allow_insecure_http = false;
};

struct FiftyOneSettings {
  std::string api_uri;  // empty: nowhere given
  std::string api_key;  // empty: nowhere given
  std::string python;
  std::vector<std::string> warnings;  // other spellings of the address were used
};

// Flag, FIFTYONE_API_URI, API_URI, FIFTYONE_API_URL, then api_uri of $FIFTYONE_CONFIG_PATH or
// ~/.fiftyone/config.json; empty variables count as unset. invalid_setting: two spellings with two
// values, or a config file that is no JSON. The key is registered for redaction.
Result<FiftyOneSettings> fiftyone_settings(const FiftyOneRequest& request,
                                           const EnvMap& environment);

// The same, ready for use: invalid_setting without an address, or with http to another machine
// unless that is allowed; not_authenticated without a key.
Result<FiftyOneSettings> usable_fiftyone_settings(const FiftyOneRequest& request,
                                                  const EnvMap& environment);

}  // namespace orch::control
