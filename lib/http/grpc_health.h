// The standard health service of gRPC servers, asked without a gRPC library: one message each way.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "http/api.h"

namespace orch::http {

enum class GrpcHealth : std::uint8_t {
  serving,
  not_serving,
  unknown,  // it speaks gRPC and has no health service
};

// grpc.health.v1.Health/Check of the whole server at "http://host:port". Errors: those of the
// transport; bad_answer when it does not speak gRPC.
Result<GrpcHealth> check_grpc_health(Transport& transport, const std::string& address);

}  // namespace orch::http
