// The three standard descriptors at start and what their loss means.
#pragma once

namespace orch::cli {

// Opens what is closed among descriptors 0 to 2 so that no file of ours lands there: reading 0 or
// writing 1 then fails like the closed descriptor it was. SIGPIPE becomes an error of the write.
void settle_standard_descriptors();

}  // namespace orch::cli
