#include "http/grpc_health.h"

#include <fmt/core.h>

#include <algorithm>

namespace orch::http {
namespace {

// A gRPC message: one byte (not compressed), four bytes of length, the message. This one is empty:
// no service is named, so the whole server is meant.
constexpr std::size_t kHead = 5;

// HealthCheckResponse.status, field 1: 1 is SERVING.
GrpcHealth status_of(std::string_view body) {
  constexpr std::string_view kServing("\x08\x01", 2);
  const std::string_view message = body.substr(std::min(kHead, body.size()));
  return message.starts_with(kServing) ? GrpcHealth::serving : GrpcHealth::not_serving;
}

}  // namespace

Result<GrpcHealth> check_grpc_health(Transport& transport, const std::string& address) {
  Request request;
  request.method = "POST";
  request.url = address + "/grpc.health.v1.Health/Check";
  request.headers = {{"content-type", "application/grpc"}, {"te", "trailers"}};
  request.body.assign(kHead, '\0');
  request.repeatable = true;
  request.only_looks = true;
  request.speaks_http2 = true;
  request.is_direct = true;
  const Response response = ORCH_TRY(transport.send(request));
  const std::string status = response.header("grpc-status");
  constexpr std::string_view kUnimplemented = "12";
  if (status == "0") return status_of(response.body);
  if (status == kUnimplemented) return GrpcHealth::unknown;
  if (!status.empty()) return GrpcHealth::not_serving;
  return fail(ErrorCode::bad_answer,
              fmt::format("{} answered with HTTP {} instead of gRPC", address, response.status));
}

}  // namespace orch::http
