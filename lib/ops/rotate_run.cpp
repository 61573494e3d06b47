// The steps of a rotation (ops/rotate.h).
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "ops/register_steps.h"
#include "ops/rotate.h"
#include "store/sequence.h"

namespace orch::ops {
namespace {

using provider::CredentialInfo;
using store::Found;
using store::Step;

constexpr std::string_view kRotate = "rotate";
constexpr std::string_view kRetire = "retire";
constexpr const char* kBefore = "list credentials";
constexpr const char* kMake = "make credential";
// How long a new credential may take to be known everywhere.
constexpr int kProofs = 12;
constexpr auto kBetweenProofs = std::chrono::seconds(5);

std::set<std::string> ids_in(const doc::Value& output) {
  std::set<std::string> ids;
  for (const doc::Value& id : output.list("ids")) {
    if (id.string() != nullptr) ids.insert(*id.string());
  }
  return ids;
}

const store::StepRecord* record_of(const store::SequenceRow& row, std::string_view name) {
  const auto found = std::find_if(row.steps.begin(), row.steps.end(),
                                  [&](const auto& step) { return step.name == name; });
  return found == row.steps.end() ? nullptr : &*found;
}

class Rotation {
 public:
  Rotation(const RotatePlan& plan, std::string subject, const RotateParts& parts,
           control::Registry& registry, store::Store& store)
      : plan_(plan),
        subject_(std::move(subject)),
        parts_(parts),
        registry_(registry),
        store_(store),
        value_(plan.value) {}

  // What an interrupted run knew before it made its credential.
  Status take_up() {
    const auto row = ORCH_TRY(store::find_sequence(store_, kRotate, subject_));
    if (!row || row->state != store::SequenceState::open) return {};
    const store::StepRecord* listed = record_of(*row, kBefore);
    if (listed != nullptr && listed->state == store::StepState::done) {
      before_ = ids_in(listed->output);
      knows_before_ = true;
    }
    return {};
  }

  std::vector<Step> steps() {
    std::vector<Step> steps;
    const bool proves = parts_.credentials != nullptr && parts_.credentials->proves(plan_.field);
    if (plan_.generates) {
      steps.push_back(list_before());
      steps.push_back(make());
    }
    if (proves) steps.push_back(prove("prove it", ErrorCode::not_authenticated));
    steps.push_back(update());
    if (parts_.target) steps.push_back(store_at_target());
    // From here on it is in use: a doubt must not take it away again.
    if (proves) steps.push_back(prove("prove it again", ErrorCode::not_confirmed));
    return steps;
  }

  const CredentialInfo& made() const { return made_; }
  const std::set<std::string>& before() const { return before_; }

 private:
  Step list_before() {
    return {
        .name = kBefore,
        .doing = "list the credentials that there are",
        .probe = [this]() -> Result<Found> { return knows_before_ ? Found::ours : Found::absent; },
        .act = [this]() -> Result<doc::Value> {
          const auto all = ORCH_TRY(parts_.credentials->list());
          ORCH_TRY(check_room(all));
          doc::Value::Array ids;
          for (const CredentialInfo& each : all) ids.emplace_back(each.id);
          doc::Value output;
          output.set("ids", ids);
          before_ = ids_in(output);
          return output;
        }};
  }

  Status check_room(const std::vector<CredentialInfo>& all) const {
    if (all.size() < parts_.credentials->most()) return {};
    Error error;
    error.code = ErrorCode::conflict;
    error.message =
        fmt::format("there are {} credentials already, as many as there may be", all.size());
    for (const CredentialInfo& each : all) {
      error.details.push_back(
          fmt::format("{}, made {}, expires {}", each.id, each.created, each.expires));
    }
    error.hint = "--prune ID deletes one that nobody uses, first";
    return fail(std::move(error));
  }

  Result<std::vector<std::string>> new_ones() const {
    std::vector<std::string> ids;
    for (const CredentialInfo& each : ORCH_TRY(parts_.credentials->list())) {
      if (!before_.contains(each.id)) ids.push_back(each.id);
    }
    return ids;
  }

  // Its value is only in memory: after an interruption it is deleted and made anew.
  Step make() {
    return {.name = kMake,
            .doing = "make a new credential",
            .probe = [this]() -> Result<Found> {
              return ORCH_TRY(new_ones()).empty() ? Found::absent : Found::ours;
            },
            .act = [this]() -> Result<doc::Value> {
              provider::MadeCredential made = ORCH_TRY(parts_.credentials->make());
              value_ = std::move(made.value);
              made_ = made.info;
              doc::Value output;
              output.set("id", made_.id);
              output.set("expires", made_.expires);
              return output;
            },
            .undo = [this]() -> Status {
              for (const std::string& id : ORCH_TRY(new_ones())) {
                ORCH_TRY(parts_.credentials->retire(id));
              }
              return {};
            },
            .holds_secret = true};
  }

  Step prove(const char* doing, ErrorCode code) {
    return {.name = doing,
            .doing = doing,
            .probe = []() -> Result<Found> { return Found::absent; },
            .act = [this, code]() -> Result<doc::Value> {
              const int tries = plan_.generates ? kProofs : 1;
              for (int i = 1;; ++i) {
                Status proved = parts_.credentials->prove(value_);
                if (proved) return doc::Value();
                const bool refused = proved.error().code == ErrorCode::not_authenticated;
                if (refused && i < tries && parts_.wait && parts_.wait(kBetweenProofs)) continue;
                Error error = std::move(proved).error();
                if (refused) error.code = code;
                error.message = fmt::format("the new value of {} does not work: {}", plan_.secret,
                                            error.message);
                return fail(std::move(error));
              }
            }};
  }

  Step update() {
    return {.name = std::string(kUpdateSecret) + plan_.secret,
            .doing = "store the new value of " + plan_.secret,
            .probe = [this]() -> Result<Found> {
              if (!registry_.traits().reads_values) {
                // Sent without an answer: nobody can tell. Sending it again does no harm.
                if (sent_) return fail(ErrorCode::not_confirmed, "its value cannot be read back");
                return Found::other;
              }
              const bool same = ORCH_TRY(registry_.secret_value(plan_.secret)) == value_;
              return same ? Found::ours : Found::other;
            },
            .act = [this]() -> Result<doc::Value> {
              sent_ = true;
              ORCH_TRY(registry_.update_secret(plan_.secret, value_));
              return doc::Value();
            }};
  }

  Step store_at_target() {
    return {.name = "store it at the target",
            .doing = "store the new value at the target",
            .probe = []() -> Result<Found> { return Found::other; },
            .act = [this]() -> Result<doc::Value> {
              const Status stored = parts_.target(value_);
              if (stored) return doc::Value();
              // The registry has it already, so it must stay.
              Error error = stored.error();
              error.message = fmt::format("{} has the new value, the target does not: {}",
                                          registry_.traits().where, error.message);
              error.code = ErrorCode::not_confirmed;
              error.hint = "mend that and run the same command again";
              return fail(std::move(error));
            }};
  }

  const RotatePlan& plan_;
  std::string subject_;
  const RotateParts& parts_;
  control::Registry& registry_;
  store::Store& store_;
  std::string value_;
  CredentialInfo made_;
  std::set<std::string> before_;
  bool knows_before_ = false;
  bool sent_ = false;
};

Step retire_step(const std::string& id, const RotateParts& parts) {
  return {.name = "retire " + id,
          .doing = "delete the old credential " + id,
          .probe = []() -> Result<Found> { return Found::absent; },
          .act = [&parts, id]() -> Result<doc::Value> {
            if (parts.grace > Duration::zero() && parts.wait && !parts.wait(parts.grace)) {
              return fail(ErrorCode::not_confirmed, "interrupted while the old credential is kept");
            }
            const Status retired = parts.credentials->retire(id);
            if (retired) return doc::Value();
            // Whatever it was: this stays to be done.
            Error error = retired.error();
            error.code = ErrorCode::not_confirmed;
            return fail(std::move(error));
          }};
}

// The one that was in use: named, or made by the last rotation, or the only one.
std::optional<std::string> old_one(const RotateParts& parts,
                                   const std::optional<CredentialInfo>& last,
                                   const std::set<std::string>& before) {
  if (!parts.old_id.empty()) return parts.old_id;
  if (last && before.contains(last->id)) return last->id;
  if (before.size() == 1) return *before.begin();
  return std::nullopt;
}

// What an interrupted run had left to retire.
Result<std::vector<std::string>> left_to_retire(const std::string& subject, store::Store& store) {
  std::vector<std::string> ids;
  const auto row = ORCH_TRY(store::find_sequence(store, kRetire, subject));
  if (!row || row->state != store::SequenceState::open) return ids;
  constexpr std::string_view kPrefix = "retire ";
  for (const store::StepRecord& step : row->steps) {
    if (step.name.starts_with(kPrefix)) ids.push_back(step.name.substr(kPrefix.size()));
  }
  return ids;
}

Status retire(const std::vector<std::string>& ids, const RotateParts& parts,
              const std::string& subject, store::Store& store, Clock& clock) {
  std::vector<Step> steps;
  for (const std::string& id : ids) steps.push_back(retire_step(id, parts));
  store::Sequence sequence(store, std::string(kRetire), subject, clock);
  auto done = sequence.run(steps);
  if (done) return {};
  Error error = std::move(done).error();
  error.message = "the new credential is in use; the old one is still there: " + error.message;
  error.hint = "run the same command again: it retires the old one and does nothing else";
  return fail(std::move(error));
}

}  // namespace

std::string rotate_subject(const control::Registry& registry, const std::string& name,
                           std::string_view field) {
  return fmt::format("{}/{}", register_subject(registry, name), field);
}

Result<std::optional<CredentialInfo>> last_made(const std::string& subject, store::Store& store) {
  const auto row = ORCH_TRY(store::find_done_sequence(store, kRotate, subject));
  if (!row) return std::nullopt;
  const store::StepRecord* made = record_of(*row, kMake);
  if (made == nullptr) return std::nullopt;
  CredentialInfo info;
  info.id = made->output.text("id");
  info.expires = made->output.text("expires");
  return info;
}

Result<RotateReply> run_rotate(const RotatePlan& plan, const std::string& name,
                               const RotateParts& parts, control::Registry& registry,
                               store::Store& store, Clock& clock) {
  const std::string subject = rotate_subject(registry, name, plan.field);
  RotateReply reply;
  reply.retired = ORCH_TRY(left_to_retire(subject, store));
  if (!reply.retired.empty() && plan.generates) {
    ORCH_TRY(retire(reply.retired, parts, subject, store, clock));
    reply.kept.emplace_back("an earlier rotation was finished; run it again for another one");
    return reply;
  }
  reply.retired.clear();
  const auto last = ORCH_TRY(last_made(subject, store));
  Rotation rotation(plan, subject, parts, registry, store);
  ORCH_TRY(rotation.take_up());
  store::Sequence sequence(store, std::string(kRotate), subject, clock);
  ORCH_TRY(sequence.run(rotation.steps()));
  reply.made = rotation.made();
  if (!plan.generates) return reply;
  const auto old = old_one(parts, last, rotation.before());
  if (parts.keeps_old) {
    reply.kept.emplace_back("the old credential stays, as asked");
  } else if (!old && !rotation.before().empty()) {
    const std::vector<std::string> ids(rotation.before().begin(), rotation.before().end());
    reply.kept.push_back(fmt::format(
        "which of {} was in use cannot be told: they stay; --old-secret-id names it next time",
        join(ids, ", ")));
  } else if (old) {
    ORCH_TRY(retire({*old}, parts, subject, store, clock));
    reply.retired.push_back(*old);
  }
  return reply;
}

}  // namespace orch::ops
