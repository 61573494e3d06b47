// A transport for dry runs (http/api.h).
#include "http/api.h"

namespace orch::http {
namespace {

class Dry : public Transport {
 public:
  Dry(std::unique_ptr<Transport> inner, std::function<void(const Request&)> held)
      : inner_(std::move(inner)), held_(std::move(held)) {}

  Result<Response> send(const Request& request) override {
    if (request.method == "GET" || request.method == "HEAD" || request.only_looks) {
      return inner_->send(request);
    }
    held_(request);
    return Response{200, {}, "{}", 1};
  }

 private:
  std::unique_ptr<Transport> inner_;
  std::function<void(const Request&)> held_;
};

}  // namespace

std::unique_ptr<Transport> dry(std::unique_ptr<Transport> inner,
                               std::function<void(const Request&)> held) {
  return std::make_unique<Dry>(std::move(inner), std::move(held));
}

}  // namespace orch::http
