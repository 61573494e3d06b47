// README.md of a bundle: enough to deploy it without orch.
#include <fmt/core.h>

#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

constexpr std::string_view kText = R"(# Bundle @bundle@

Made by `orch bundle-gen`. `base/` and `example/` are made again with every bundle event (a new model,
a new signature): do not edit them. A deployment is a copy of `example/` with a name of its own; what
you change there stays.

| service | image | what it does |
|---|---|---|
| model_download | @download_image@ | brings the models from the bucket, then ends |
@servers@| @router@ | @router_image@ | sends each gRPC call to the server that its `model-id` metadata names |
| model_proxy | @proxy_image@ | takes requests on the host's ports @http_port@ (HTTP) and @grpc_port@ (gRPC) |

They start in this order: model_download ends well, then the servers become healthy, then the router,
then the proxy.

## What the server needs

- docker engine 20.10.5 or later
- docker compose 2.22.0 or later: `docker compose`, not `docker-compose` 1.x, which knows no `include`
- permission to pull the images@registry@
- @bucket_access@

## Deploy

1. Copy this directory to the server.
2. Copy `example` beside it, under the deployment's name:
   ```
   cp -a example my-deployment && cd my-deployment
   ```
3. Write the directory's own path into its `.env`:
   ```
   echo "REL_DIR='$PWD'" > .env
   ```
4. Put in the credentials, readable by you alone (`chmod 600`):
@credentials@
5. Where the defaults do not suit, edit `conf/@bundle@/` (below).
6. Start:
   ```
   docker compose up -d
   ```
7. Look, first at the proxy, then at everything:
   ```
   curl localhost:@http_port@/api/v1/config
   docker compose ps -a
   ```

Where `orch` is at hand, `orch bundle-gen bundle.yaml --out . --deploy my-deployment` does steps 2 and 3
and says what is missing, `orch status ./my-deployment --wait` does step 7, and `orch doctor
./my-deployment` looks for what goes wrong.

## Configure

**CPU and memory of each server**, and the proxy's ports: `conf/@bundle@/.env`.
```
SERVING_<model_id>_CPU_LIMIT=2
SERVING_<model_id>_MEM_LIMIT=2g
SERVING_<model_id>_CPU_RESERVATION=1
SERVING_<model_id>_MEM_RESERVATION=1g
MODEL_PROXY_HTTP_PORT=@http_port@
MODEL_PROXY_GRPC_PORT=@grpc_port@
```
A memory without a unit would be bytes. A limit above the host's CPUs is refused by docker. CPU
reservations have no effect outside swarm.

**Batching of TF Serving**: the numbers are in `conf/@bundle@/batching_<model_id>.txt`; it is switched on
by `batching:` of the model in bundle.yaml.

**GPUs, threads, monitoring, other arguments**: in bundle.yaml (`gpu`, `parallelism`,
`grpc_max_threads`, `monitoring`, `extra_args`), then generate again. In `base/@bundle@/docker-compose.yaml`
each of them stands as a comment that works once its `#` is removed, but the next generation takes
that back; what you need on one server only goes into `conf/@bundle@/override.yaml`.
RESOURCE_EXHAUSTED from TF Serving: raise `grpc_max_threads` (default 4 × CPUs).

**The router**: `conf/@bundle@/nginx.conf` is yours; the routes are in `base/@bundle@/routes.map` and need no
edit when a model is added.

## After a change

| what changed | what to run in the deployment |
|---|---|
| bundle.yaml, generated again | `docker compose up -d` (restarts what its files concern) |
| `conf/@bundle@/.env`, `override.yaml` | `docker compose up -d` |
| `conf/@bundle@/nginx.conf` | `docker compose up -d --force-recreate @router@` |
| `conf/@bundle@/batching_<model_id>.txt` | `docker compose up -d --force-recreate s<model_id>s` |
| credentials | `docker compose up -d --force-recreate model_download` |

Without `--force-recreate` a container keeps reading the old file: docker mounts files, not names.

## When it does not start

| what is said | what to do |
|---|---|
| required variable REL_DIR is missing a value | step 3 |
| bind source path does not exist | the file it names is missing: copy it from `example/` |
| service "model_download" didn't complete successfully | `docker compose logs model_download`; credentials, bucket, disk; run `docker compose up -d` again, it goes on |
| port is already allocated | another deployment has it: change the ports in `conf/@bundle@/.env` |
| Range of CPUs is from 0.01 to … | lower `SERVING_<model_id>_CPU_LIMIT` |
| a server stays unhealthy | `docker compose logs s<model_id>s`; a mistake in its batching file ends TF Serving at once |

Models are kept in `@models@`, shared by all
deployments of this directory. To fetch one anew, remove `.done-<model_id>` there and run
`docker compose up -d`.
)";

constexpr std::string_view kS3Credentials = R"(   `creds/@bundle@/.env`:
   ```
   RCLONE_S3_PROVIDER=Minio
   RCLONE_S3_ACCESS_KEY_ID=
   RCLONE_S3_SECRET_ACCESS_KEY=
   RCLONE_S3_ENDPOINT=
   ```
   The provider is `AWS`, `Minio`, `Ceph` or `Other`; the endpoint is a host without a scheme (https is
   meant), or `http://HOST:PORT`, and empty for AWS. Put a value that holds `$`, `#`, quotes or blanks
   in 'single quotes'.)";

constexpr std::string_view kGcsCredentials =
    R"(   the service account's key file as `creds/@bundle@/gcs.json`.)";

std::string servers_of(const Spec& spec) {
  std::string rows;
  for (const Model& model : spec.models) {
    rows += fmt::format("| {} | {} | serves model {} by {} |\n", model.service(), model.image,
                        model.id, model.engine == Engine::triton ? "Triton" : "TF Serving");
  }
  return rows;
}

}  // namespace

std::string readme(const Spec& spec) {
  const bool gcs = spec.bucket_type == BucketType::gcs;
  const std::string servers = servers_of(spec);
  const std::string credentials =
      fill(gcs ? kGcsCredentials : kS3Credentials, {{"bundle", spec.name}});
  const std::string registry = spec.registry.empty() ? "" : fmt::format(" of {}", spec.registry);
  const std::string access =
      fmt::format("{} the bucket {}",
                  gcs ? "a service account that may read" : "a key that may read", spec.bucket);
  const std::string http_port = std::to_string(spec.http_port);
  const std::string grpc_port = std::to_string(spec.grpc_port);
  const std::string models = models_directory(spec);
  return fill(kText, {{"bundle", spec.name},
                      {"download_image", spec.download_image},
                      {"servers", servers},
                      {"router", spec.router},
                      {"router_image", spec.router_image},
                      {"proxy_image", spec.proxy_image},
                      {"http_port", http_port},
                      {"grpc_port", grpc_port},
                      {"registry", registry},
                      {"bucket_access", access},
                      {"credentials", credentials},
                      {"models", models}});
}

}  // namespace orch::bundle
