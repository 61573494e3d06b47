// The gRPC router: stock nginx, a map from the call's model-id metadata to its server.
#include <fmt/core.h>

#include "bundle/render.h"
#include "bundle/text.h"

namespace orch::bundle {
namespace {

// 1.25.1 made HTTP/2 a directive of its own; before it a port with `http2` speaks nothing else, so
// the health check needs a second one.
bool has_http2_directive(const Spec& spec) {
  constexpr NginxRelease kSince{1, 25, 1};
  const auto release = nginx_release(spec.router_image);
  return !release || *release >= kSince;
}

std::string listen_lines(const Spec& spec) {
  if (!has_http2_directive(spec)) {
    return fmt::format(
        "        listen {} http2;\n"
        "        listen 127.0.0.1:{};",
        spec.router_port, spec.router_health_port());
  }
  return fmt::format(
      "        listen {};\n"
      "        http2 on;",
      spec.router_port);
}

std::string keepalive_time_line(const Spec& spec) {
  constexpr NginxRelease kSince{1, 19, 10};
  const auto release = nginx_release(spec.router_image);
  return release && *release < kSince ? "" : "        keepalive_time 24h;\n";
}

}  // namespace

std::int64_t Spec::router_health_port() const {
  constexpr std::int64_t kPort = 8080;
  if (has_http2_directive(*this)) return router_port;
  return router_port == kPort ? kPort + 1 : kPort;
}

std::string nginx_conf(const Spec& spec) {
  const std::string listen = listen_lines(spec);
  const std::string keepalive_time = keepalive_time_line(spec);
  return fill(R"(# Routes gRPC calls to the servers s<model_id>s by their 'model-id' metadata.
# The routes themselves are generated: base/@bundle@/routes.map.
worker_processes auto;
error_log /dev/stderr notice;
pid /tmp/nginx.pid;

events {
    worker_connections 10240;
}

http {
    access_log off;
    server_tokens off;
    default_type application/grpc;

    # Docker's own DNS. Names are looked up again after @valid@, so that a server which restarted
    # with another address is found.
    resolver 127.0.0.11 valid=@valid@ ipv6=off;
    resolver_timeout 5s;

    map_hash_bucket_size 128;
    map_hash_max_size 65536;
    map $http_model_id $backend {
        default "";
        include /etc/nginx/routes.map;
    }
    map $http_model_id $reject_status {
        default 5;
        ""      3;
    }
    map $http_model_id $reject_message {
        default "unknown model-id";
        ""      "missing model-id metadata";
    }

    server {
@listen@
        server_name _;

        client_max_body_size @max_body@;
        client_body_timeout @timeout@;
        send_timeout @timeout@;
        keepalive_timeout @timeout@;
        keepalive_requests 1000000;
@keepalive_time@        http2_max_concurrent_streams 1024;

        grpc_connect_timeout 10s;
        grpc_read_timeout @timeout@;
        grpc_send_timeout @timeout@;
        grpc_socket_keepalive on;

        location / {
            if ($backend = "") {
                return 418;
            }
            error_page 418 = @reject;
            error_page 502 504 = @unavailable;
            grpc_set_header Host $backend;
            grpc_pass grpc://$backend;
        }

        # Errors that a gRPC client understands.
        location @reject {
            internal;
            default_type application/grpc;
            add_header grpc-status $reject_status always;
            add_header grpc-message $reject_message always;
            return 200 "";
        }

        location @unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14 always;
            add_header grpc-message "model backend unavailable" always;
            return 200 "";
        }

        location = /health {
            default_type application/json;
            return 200 '{"status":"UP"}';
        }
    }
}
)",
              {{"bundle", spec.name},
               {"valid", spec.resolver_valid},
               {"listen", listen},
               {"max_body", spec.max_body},
               {"timeout", spec.grpc_timeout},
               {"keepalive_time", keepalive_time}});
}

std::string routes_map(const Spec& spec) {
  std::string text =
      "# Made by orch bundle-gen: model-id, its server, its engine. Included in nginx.conf's "
      "map.\n";
  for (const Model& model : spec.models) {
    text += fmt::format("\"{}\" \"{}:{}\";  # {}\n", model.id, model.service(), model.grpc_port(),
                        to_text(model.engine));
  }
  return text;
}

}  // namespace orch::bundle
