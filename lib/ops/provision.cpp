#include "ops/provision.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "store/sequence.h"

namespace orch::ops {
namespace {

using provider::Look;
using provider::Resource;
using store::Found;
using store::Step;

constexpr std::string_view kProvision = "provision";
constexpr std::string_view kTakeDown = "take down";
constexpr const char* kEarlier = "resources of earlier runs";

Change change_of(const Resource& resource, const Look& look) {
  if (look.found == Found::ours) return {'=', resource.name, join(look.differences, "; ")};
  if (look.found == Found::absent) return {'+', resource.name, ""};
  return {'~', resource.name, join(look.differences, "; ")};
}

// Handles among the outputs of a sequence's steps.
doc::Value::Array handles_in(const store::SequenceRow& row) {
  doc::Value::Array handles;
  for (const store::StepRecord& step : row.steps) {
    if (step.name == kEarlier) {
      for (const doc::Value& each : step.output.list("handles")) handles.push_back(each);
    } else if (step.output.object() != nullptr && !step.output.text("kind").empty()) {
      handles.push_back(step.output);
    }
  }
  return handles;
}

// Carried from one sequence to the next, so that the newest knows all.
Step remember(doc::Value::Array handles) {
  return {.name = kEarlier,
          .doing = "remember the resources of earlier runs",
          .probe = []() -> Result<Found> { return Found::absent; },
          .act = [handles = std::move(handles)]() -> Result<doc::Value> {
            doc::Value output;
            output.set("handles", handles);
            return output;
          }};
}

}  // namespace

Result<std::unique_ptr<provider::Provision>> open_provision(const control::OrchestratorSpec& spec,
                                                            const provider::Session& session,
                                                            provider::ProvisionRequest request) {
  const provider::Descriptor* provider = provider::find_provider(spec.environment);
  if (provider == nullptr || provider->provision == nullptr) {
    return fail(
        ErrorCode::unsupported,
        fmt::format("provision: this version of orch makes no resources on {}", spec.environment),
        "leave provision: out and name what exists under config:");
  }
  request.name = spec.name;
  request.spec = spec.provision;
  provider::Session own = session;
  own.auth = spec.auth;
  own.admin = true;
  return provider->provision(own, request);
}

Result<ProvisionReply> preview_provision(provider::Provision& provision) {
  ProvisionReply reply;
  for (const Resource& resource : provision.resources()) {
    const Look look = ORCH_TRY(resource.look());
    reply.changes.push_back(change_of(resource, look));
    if (look.found != Found::ours) ORCH_TRY(resource.apply());
  }
  reply.config = provision.config();
  return reply;
}

Result<ProvisionReply> run_provision(provider::Provision& provision, const std::string& subject,
                                     store::Store& store, Clock& clock) {
  const std::vector<Resource> resources = provision.resources();
  std::map<std::string, Look> first;  // as it was before this run
  std::vector<Step> steps = {remember(ORCH_TRY(made_resources(subject, store)))};
  for (const Resource& resource : resources) {
    const auto look = [&resource, &first]() -> Result<Found> {
      Look seen = ORCH_TRY(resource.look());
      const Found found = seen.found;
      first.try_emplace(resource.name, std::move(seen));
      return found;
    };
    const auto act = [&resource, &first]() -> Result<doc::Value> {
      ORCH_TRY(resource.apply());
      const bool made = first[resource.name].found == Found::absent;
      return made && resource.handle ? resource.handle() : doc::Value();
    };
    steps.push_back({.name = resource.name,
                     .doing = "make or change the " + resource.name,
                     .probe = look,
                     .act = act,
                     .recover = resource.handle});
  }
  ProvisionReply reply;
  store::Sequence sequence(store, std::string(kProvision), subject, clock);
  const store::SequenceReport report = ORCH_TRY(sequence.run(steps));
  for (const Resource& resource : resources) {
    reply.changes.push_back(change_of(resource, first[resource.name]));
    reply.changed |= reply.changes.back().mark != '=';
  }
  reply.config = provision.config();
  return reply;
}

Result<doc::Value::Array> made_resources(const std::string& subject, store::Store& store) {
  const auto row = ORCH_TRY(store::find_sequence(store, kProvision, subject));
  if (!row) return doc::Value::Array{};
  doc::Value::Array handles;
  for (doc::Value& handle : handles_in(*row)) {
    if (std::find(handles.begin(), handles.end(), handle) == handles.end()) {
      handles.push_back(std::move(handle));
    }
  }
  return handles;
}

Status take_down_resources(const doc::Value::Array& handles, const provider::Descriptor& provider,
                           const provider::Session& session, const std::string& subject,
                           store::Store& store, Clock& clock) {
  std::vector<Step> steps;
  for (auto handle = handles.rbegin(); handle != handles.rend(); ++handle) {
    const std::string what = handle->text("kind") + " " + handle->text("id");
    steps.push_back({.name = what,
                     .doing = "delete the " + what,
                     .probe = []() -> Result<Found> { return Found::absent; },
                     .act = [&provider, &session, one = *handle]() -> Result<doc::Value> {
                       ORCH_TRY(provider.take_down(session, one));
                       return doc::Value();
                     }});
  }
  store::Sequence sequence(store, std::string(kTakeDown), subject, clock);
  ORCH_TRY(sequence.run(steps));
  // From now on nothing of it is remembered.
  store::Sequence empty(store, std::string(kProvision), subject, clock);
  ORCH_TRY(empty.run({remember({})}));
  return {};
}

}  // namespace orch::ops
