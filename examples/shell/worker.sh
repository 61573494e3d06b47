#!/bin/sh
# A worker for orch in shell and jq: counts the bytes of the item's file, or of its text.
# In a job file:   inference: {run: [./worker.sh]}
set -eu
exec 3>&1 1>&2 # answers go to 3; whatever else prints, prints to the log

count() { # the work: bytes of a file
  [ -s "$1" ] || { echo "the file is empty"; return 1; }
  wc -c <"$1"
}

echo '{"ready":true}' >&3
text=$(mktemp)
trap 'rm -f "$text"' EXIT
while IFS= read -r line; do # ends when orch closes standard input
  path=$(printf '%s\n' "$line" | jq -r '.path // empty')
  if [ -z "$path" ]; then
    printf '%s\n' "$line" | jq -j .input >"$text"
    path=$text
  fi
  if said=$(count "$path"); then
    printf '%s\n' "$line" | jq -c --arg n "$said" '{id, result: {bytes: ($n | tonumber)}}' >&3
  else
    printf '%s\n' "$line" | jq -c --arg m "$said" '{id, error: {message: $m}}' >&3
  fi
done
