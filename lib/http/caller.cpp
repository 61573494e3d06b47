#include "http/caller.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "http/api_handle.h"
#include "http/curl_loop.h"

namespace orch::http {

struct Caller::State {
  struct Call {
    Id id = 0;
    Request request;
    Done done;
    std::unique_ptr<ApiHandle> handle;
  };

  State(Loop& event_loop, EnvMap env, CurlOptions call_options, int connections)
      : loop(event_loop),
        environment(std::move(env)),
        options(std::move(call_options)),
        curl(event_loop, connections,
             [this](CURL* handle, CURLcode code) { ended(handle, code); }) {}

  ~State() {
    for (const auto& [handle, call] : calls) curl.remove(handle);
    for (const auto& [id, failure] : refused) loop.cancel(failure.timer);
  }

  std::unique_ptr<ApiHandle> take_handle() {
    if (idle.empty()) return std::make_unique<ApiHandle>(environment, options);
    auto handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }

  // `done` from the loop, as for every other end.
  void refuse(Id id, Error error, Done done) {
    const Loop::TimerId timer = loop.after(Duration::zero(), [this, id] {
      auto node = refused.extract(id);
      if (node) node.mapped().done(fail(std::move(node.mapped().error)));
    });
    refused.emplace(id, Refused{std::move(error), std::move(done), timer});
  }

  void ended(CURL* handle, CURLcode code) {
    auto node = calls.extract(handle);
    if (!node) return;
    curl.remove(handle);
    const std::unique_ptr<Call> call = std::move(node.mapped());
    auto response = call->handle->conclude(code);
    idle.push_back(std::move(call->handle));
    call->done(std::move(response));
  }

  struct Refused {
    Error error;
    Done done;
    Loop::TimerId timer = 0;
  };

  Loop& loop;
  EnvMap environment;
  CurlOptions options;
  Id last_id = 0;
  std::unordered_map<CURL*, std::unique_ptr<Call>> calls;
  std::unordered_map<Id, Refused> refused;
  std::vector<std::unique_ptr<ApiHandle>> idle;
  CurlLoop curl;  // ends before the handles do
};

Caller::Caller(Loop& loop, const EnvMap& environment, const CurlOptions& options, int connections)
    : state_(std::make_unique<State>(loop, environment, options, connections)) {}

Caller::~Caller() = default;

Caller::Id Caller::start(Request request, Done done) {
  auto call = std::make_unique<State::Call>();
  call->id = ++state_->last_id;
  call->request = std::move(request);
  call->handle = state_->take_handle();
  const Id id = call->id;
  if (const Status ready = call->handle->prepare(call->request); !ready) {
    state_->refuse(id, ready.error(), std::move(done));
    return id;
  }
  call->done = std::move(done);
  CURL* handle = call->handle->get();
  state_->calls.emplace(handle, std::move(call));
  state_->curl.add(handle);
  return id;
}

void Caller::cancel(Id id) {
  if (const auto node = state_->refused.extract(id)) state_->loop.cancel(node.mapped().timer);
  for (auto call = state_->calls.begin(); call != state_->calls.end(); ++call) {
    if (call->second->id != id) continue;
    state_->curl.remove(call->first);
    state_->calls.erase(call);
    return;
  }
}

}  // namespace orch::http
