// Many API calls at once, on the caller's event loop. (One after another: http/api.h.)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/loop.h"
#include "http/api.h"

namespace orch::http {

class Caller {
 public:
  using Id = std::uint64_t;
  using Done = std::function<void(Result<Response>)>;

  Caller(Loop& loop, const EnvMap& environment, const CurlOptions& options, int connections);
  ~Caller();  // running calls are cancelled
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  // One attempt. `done` is never called from inside start().
  Id start(Request request, Done done);
  void cancel(Id id);  // its `done` is not called

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace orch::http
