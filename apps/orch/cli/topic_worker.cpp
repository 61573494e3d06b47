#include "cli/topic_texts.h"

namespace orch::cli {

std::string worker_topic() {
  return R"(A worker:
  A program that is started once and handles many inputs. It speaks UTF-8, one
  JSON object a line, on standard input and output. Standard error is its log
  (`orch logs JOB`).

Start:
  It prints {"ready":true} once its model is loaded, within start_timeout (10m).
  Lines before that are log.

Requests and answers:
  It reads    {"id":7,"input":"https://…","path":"/tmp/…","meta":{…}}
  It prints   {"id":7,"result":{"label":"wren"}}
  or          {"id":7,"error":{"message":"not an image"}}

  Answers may come in any order. `path` is a file with the input's bytes; it is
  there until the answer. `meta` is what the input's line or the stage before
  carried. An error is final unless it says "retryable":true.

Batches:
  With `batch:` in the job it reads {"batch":[{"id":7,…},{"id":8,…}]} and
  answers item by item.

Bytes for the next stage:
  A request may name a file "out". Write it and answer
  {"id":7,"out":true,"result":{…}}: the next stage gets it as `path`, and the
  result as `meta`. orch makes and removes both files.

Several at a time:
  orch sends a window ahead: as many requests as `threads` at first, growing to
  about 2 ms of work, at most 256 lines and 1 MiB. An input's timeout runs while
  it is among the oldest `threads` unanswered. Reading slowly is fine.

When it fails:
  A line that answers no open id is logged and counted. A time-out, an exit, end
  of output, or a line longer than max_result (1 MiB) makes orch start it anew.
  The inputs it held run again one at a time; only one that kills a worker while
  alone, twice, fails. Five starts in a row without ready fail the stage.

End:
  Closed standard input means: finish and exit. Then it gets TERM, then KILL,
  and its process group with it.

In Python:
  import json, sys
  print('{"ready":true}', flush=True)
  for line in sys.stdin:
      item = json.loads(line)
      answer = {"id": item["id"], "result": len(item["input"])}
      print(json.dumps(answer), flush=True)

  Keep other prints off standard output: print(…, file=sys.stderr).
)";
}

}  // namespace orch::cli
