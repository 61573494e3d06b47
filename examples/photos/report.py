"""report.py RESULTS EXPECTED: a table of results.ndjson, the failed inputs with their reasons, and
whether exactly those that had to fail did. Exit 1: not so."""
import collections
import json
import pathlib
import sys
import textwrap

results, expected = map(pathlib.Path, sys.argv[1:])
lines = sorted((json.loads(line) for line in results.open(encoding="utf-8")),
               key=lambda line: line["index"])
for line in lines:
    line["name"] = line["input"].rsplit("/", 1)[-1]
good = [line for line in lines if line["status"] == "ok"]
failed = [line for line in lines if line["status"] != "ok"]

labels = collections.defaultdict(list)
for line in good:
    labels[line["result"]["label"]].append(line)
print(f"{'text':6} {'pictures':>8} {'mean prob':>10}  such as")
for label in sorted(labels, reverse=True):
    of_label = sorted(labels[label], key=lambda line: -abs(line["result"]["prob"] - 0.5))
    mean = sum(line["result"]["prob"] for line in of_label) / len(of_label)
    print(f"{label:6} {len(of_label):8} {mean:10.3f}  "
          + ", ".join(line["name"] for line in of_label[:3]))

print(f"\n{'failed input':30} reason")
for line in failed:
    reason = textwrap.shorten(line["error"]["message"], 90, placeholder=" …")
    print(f"{line['name']:30} {line['error']['code']}: {reason}")

had_to = set(expected.read_text().split())
did = {line["name"] for line in failed}
print(f"\n{len(lines)} inputs, {len(good)} ok, {len(failed)} failed, ", end="")
if did == had_to:
    print("exactly those that had to: five broken files and one that is not there.")
else:
    print("which is not as expected.")
    for name in sorted(had_to - did):
        print(f"  {name} should have failed")
    for name in sorted(did - had_to):
        print(f"  {name} should not have failed")
    sys.exit(1)
