// The sources of inputs, each read once to its end into a spool.
#pragma once

#include "base/result.h"
#include "job/spec.h"
#include "job/spool_writer.h"

namespace orch::job {

Status read_list(const InputSource& source, SpoolWriter& spool);
Status read_lines(const InputSource& source, SpoolWriter& spool);  // text or NDJSON
Status read_csv(const InputSource& source, SpoolWriter& spool);
Status read_glob(const InputSource& source, SpoolWriter& spool);

}  // namespace orch::job
