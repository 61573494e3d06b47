// A provider written against the public headers only: its task managers live inside this process
// and do what the suite's worker does, without any pipeline.
#pragma once

#include "provider/provider.h"

namespace orch::toy {

provider::Descriptor toy_provider();

}  // namespace orch::toy
