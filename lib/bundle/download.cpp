// The script that brings the models: POSIX sh, run by rclone's own image.
#include <fmt/core.h>

#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

constexpr std::string_view kScript = R"script(#!/bin/sh
# Made by orch bundle-gen. Do not edit.
# Brings each model once: into a folder beside its place, compared with the bucket, then moved. May
# be ended at any time and run again; without the network it is content with what is there.
# To fetch a model anew: rm models/.done-<model_id>
set -eu

src='@source@'
models=${MODELS_DIR:-/models}
flags='--checksum --transfers 4 --retries 5 --retries-sleep 10s --low-level-retries 10'

exec 9>"$models/.lock"
if ! flock -n 9; then
    echo 'another deployment is downloading into the same directory; waiting for it'
    flock 9
fi

failed() {
    echo "$1: $2" >&2
    echo "$1: what has come is kept; mend the cause, then \`docker compose up -d\` goes on" >&2
    exit 1
}

# Servers skip a folder without a version quietly.
warn_of_layout() {
    for version in "$models/$1"/*/; do
        version=${version%/}
        case ${version##*/} in
        *[!0-9]*) continue ;;
        esac
        [ "$2" = triton ] && return 0
        [ -e "$version/saved_model.pb" ] || [ -e "$version/saved_model.pbtxt" ] || continue
        return 0
    done
    echo "$1: warning: there is no $3 in it; the server will not find a model" >&2
}

fetch() {
    id=$1 engine=$2
    want="$src/$id"
    if [ "$(cat "$models/.done-$id" 2>/dev/null || :)" = "$want" ] && [ -d "$models/$id" ]; then
        echo "$id: already downloaded"
        return 0
    fi
    rm -f "$models/.done-$id"
    new="$models/.new-$id"
    mkdir -p "$new"
    # shellcheck disable=SC2086
    rclone sync $flags --stats 30s --stats-one-line -v "$want" "$new" ||
        failed "$id" "rclone could not bring it from $want (status $?)"
    # shellcheck disable=SC2086
    rclone check --one-way $flags "$want" "$new" ||
        failed "$id" "what came differs from $want (status $?)"
    [ -n "$(find "$new" -type f | head -n 1)" ] ||
        failed "$id" "nothing is at $want; is the bucket, the prefix, the id right?"
    rm -rf "${models:?}/$id"
    mv "$new" "$models/$id"
    printf '%s\n' "$want" >"$models/.done-$id.new"
    mv "$models/.done-$id.new" "$models/.done-$id"
    case $engine in
    triton) warn_of_layout "$id" triton '<number>/ folder' ;;
    *) warn_of_layout "$id" tfserving '<number>/saved_model.pb' ;;
    esac
    echo "$id: downloaded"
}

)script";

}  // namespace

std::string download_script(const Spec& spec) {
  const std::string_view remote = spec.bucket_type == BucketType::gcs ? "src:" : ":s3:";
  const std::string source =
      fmt::format("{}{}{}{}", remote, spec.bucket, spec.prefix.empty() ? "" : "/", spec.prefix);
  std::string text = fill(kScript, {{"source", source}});
  for (const Model& model : spec.models) {
    text += fmt::format("fetch {} {}\n", model.id, to_text(model.engine));
  }
  return text;
}

std::string rclone_conf() {
  return R"([src]
type = google cloud storage
service_account_file = /src/gcs.json
bucket_policy_only = true
)";
}

}  // namespace orch::bundle
