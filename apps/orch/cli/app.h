// From argv to an exit status.
#pragma once

namespace orch::cli {

int run(int argc, char** argv);

}  // namespace orch::cli
