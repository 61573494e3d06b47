// CurlTransport of http/api.h: one easy handle, kept for its connections.
#include <memory>

#include "http/api_handle.h"

namespace orch::http {
namespace {

class CurlTransport : public Transport {
 public:
  CurlTransport(const EnvMap& environment, const CurlOptions& options)
      : environment_(environment), options_(options) {}

  Result<Response> send(const Request& request) override {
    if (!handle_) handle_ = std::make_unique<ApiHandle>(environment_, options_);
    ORCH_TRY(handle_->prepare(request));
    return handle_->conclude(curl_easy_perform(handle_->get()));
  }

 private:
  EnvMap environment_;
  CurlOptions options_;
  std::unique_ptr<ApiHandle> handle_;  // libcurl is started by the first request
};

}  // namespace

std::unique_ptr<Transport> curl_transport(const EnvMap& environment, const CurlOptions& options) {
  return std::make_unique<CurlTransport>(environment, options);
}

}  // namespace orch::http
