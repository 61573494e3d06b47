#!/usr/bin/env python3
"""shlex_cases.py COUNT SEED: random command lines and what Python's shlex makes of them.

Each case is the line, then the words, or nothing and a "!" when shlex refuses it; fields end in
\\x1f, cases in \\x1e, so a field may hold anything else.
"""
import random
import shlex
import sys

PIECES = ["a", "b", "fiftyone", "--x=1", " ", "  ", "\t", "\n", "\r", "'", '"', "\\", "#", "$HOME", "`", ";",
          "&&", "|", "é", "中", "\u00a0", "\u2028", "*", "''", '""', '\\"', "\\\\", "\\\n", "~", "(", "{"]


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(seed)
    out = []
    for _ in range(count):
        line = "".join(chance.choice(PIECES) for _ in range(chance.randint(0, 14)))
        try:
            fields = [line, *shlex.split(line)]
            mark = ""
        except ValueError:
            fields, mark = [line], "!"
        out.append("".join(field + "\x1f" for field in fields) + mark + "\x1e")
    sys.stdout.buffer.write("".join(out).encode())


if __name__ == "__main__":
    main()
