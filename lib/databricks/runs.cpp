#include "databricks/runs.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/random.h"
#include "base/text.h"
#include "databricks/files.h"
#include "databricks/run_states.h"

namespace orch::databricks {
namespace {

using provider::Run;
using provider::RunRequest;

// Of job parameters as JSON; the vendor documents it for the older kinds of parameters only.
constexpr std::size_t kLongestParameters = 10'000;
constexpr std::string_view kRuns = "/api/2.2/jobs/runs";

// "… exited with 3": how orch's launcher and script say it.
int exit_status_in(std::string_view error) {
  constexpr std::string_view kWords = "exited with ";
  const std::size_t at = error.rfind(kWords);
  if (at == std::string_view::npos) return -1;
  const std::string_view rest = error.substr(at + kWords.size());
  const auto number = parse_integer(rest.substr(0, rest.find_first_not_of("0123456789")));
  return number && *number <= 255 ? static_cast<int>(*number) : -1;
}

class DatabricksCommands : public provider::Commands {
 public:
  DatabricksCommands(std::unique_ptr<Client> client, const provider::Place& place)
      : client_(std::move(client)),
        job_(id_of(place.config, "jobId")),
        execution_(place.config.text("executionTaskId")),
        registration_(place.config.text("registrationTaskId")) {
    if (registration_.empty()) registration_ = execution_;
  }

  Result<std::string> start(const RunRequest& request) override {
    const std::int64_t job = ORCH_TRY(job_number());
    doc::Value body;
    body.set("job_id", job);
    doc::Value parameters;
    parameters.set("command", request.command);
    if (doc::to_json(parameters).size() > kLongestParameters) {
      parameters.set("command", ORCH_TRY(put_into_file(request)));
    }
    body.set("job_parameters", std::move(parameters));
    const std::string& task = request.registration ? registration_ : execution_;
    if (!task.empty()) body.set("only", doc::Value::Array{task});
    body.set("idempotency_token", request.token);
    doc::Value queue;
    queue.set("enabled", true);
    body.set("queue", std::move(queue));
    const doc::Value answer = ORCH_TRY(client_->post(
        "/api/2.2/jobs/run-now", body, fmt::format("start a run of job {}", job_), Repeat::yes));
    std::string id = id_of(answer, "run_id");
    if (!id.empty()) return id;
    return fail(ErrorCode::bad_answer, fmt::format("starting a run of job {} gave no id", job_),
                "look at the job's runs in the workspace");
  }

  Result<Run> look(const std::string& id) override {
    last_ = ORCH_TRY(read(id));
    return run_of(last_);
  }

  // Output belongs to the task's run, not to the job's.
  Result<Output> output(const Run& run) override {
    if (id_of(last_, "run_id") != run.id) last_ = ORCH_TRY(read(run.id));
    Output output;
    for (const doc::Value& task : last_.list("tasks")) {
      const std::string id = id_of(task, "run_id");
      Run state;
      read_state(task, state);
      if (id.empty() || state.state == provider::RunState::skipped) continue;
      const doc::Value answer =
          ORCH_TRY(client_->get("/api/2.2/jobs/runs/get-output", {{"run_id", id}},
                                fmt::format("read the output of run {}", run.id)));
      output.text += answer.text("logs");
      const doc::Value& truncated = member_of(answer, "logs_truncated");
      output.truncated |= truncated.boolean() != nullptr && *truncated.boolean();
      if (const std::string error = answer.text("error"); !error.empty()) output.error = error;
    }
    output.exit_status = exit_status_in(output.error);
    return output;
  }

  Status cancel(const std::string& id) override {
    doc::Value body;
    body.set("run_id", ORCH_TRY(number(id)));
    ORCH_TRY(client_->post(std::string(kRuns) + "/cancel", body,
                           fmt::format("cancel run {}", printable(id)), Repeat::yes));
    return {};
  }

  Status list(const std::function<bool(const Run&)>& each) override {
    ORCH_TRY(job_number());
    return client_->pages(std::string(kRuns) + "/list", {{"job_id", job_}, {"limit", "24"}}, "runs",
                          fmt::format("list the runs of job {}", job_),
                          [&](const doc::Value& run) { return each(run_of(run)); });
  }

  // Runs of the registration task alone are FiftyOne's own.
  Result<std::optional<std::string>> last_registration() override {
    std::optional<std::string> command;
    if (registration_ == execution_) return command;
    constexpr int kLooked = 200;
    int looked = 0;
    ORCH_TRY(job_number());
    ORCH_TRY(client_->pages(
        std::string(kRuns) + "/list", {{"job_id", job_}, {"limit", "24"}, {"expand_tasks", "true"}},
        "runs", fmt::format("list the runs of job {}", job_), [&](const doc::Value& run) {
          const auto& tasks = run.list("tasks");
          const bool only = tasks.size() == 1 && tasks[0].text("task_key") == registration_;
          const std::string text = run_of(run).command;
          if (only && !text.empty()) command = text;
          return !command && ++looked < kLooked;
        }));
    return command;
  }

  // As the vendor's client does: 1, 2, 3 … 10 s, with jitter.
  Duration pause_after(int look) const override {
    constexpr int kLongest = 10;
    return std::chrono::seconds(std::clamp(look, 1, kLongest)) +
           std::chrono::milliseconds(static_cast<std::int64_t>(system_random().uniform() * 1000.0));
  }

 private:
  // Beside the job's entrypoint, where clusters read: the words are quoted for a shell already.
  Result<std::string> put_into_file(const RunRequest& request) {
    const doc::Value job =
        ORCH_TRY(client_->get("/api/2.2/jobs/get", {{"job_id", job_}}, "read job " + job_));
    std::string folder;
    for (const doc::Value& task : member_of(job, "settings").list("tasks")) {
      const std::string file = member_of(task, "spark_python_task").text("python_file");
      if (file.starts_with("/")) folder = file.substr(0, file.rfind('/'));
    }
    if (folder.empty()) {
      return fail(ErrorCode::invalid_value,
                  fmt::format("the command is {} bytes long; Databricks takes {}",
                              request.command.size(), kLongestParameters),
                  "put it into a script in the workspace or a volume, and run that");
    }
    Files files(*client_);
    const std::string path = fmt::format("{}/commands/{}.sh", folder, request.token);
    ORCH_TRY(files.make_directory(folder + "/commands"));
    ORCH_TRY(files.write(path, "exec " + request.command + "\n"));
    return "sh " + path;
  }

  Result<std::int64_t> job_number() const {
    const auto number = parse_integer(job_);
    if (number) return *number;
    return fail(ErrorCode::invalid_value,
                fmt::format("config.jobId is {}, not a number", printable(job_)),
                "register the orchestrator with the job's id, from its page in the workspace");
  }

  static Result<std::int64_t> number(const std::string& id) {
    const auto number = parse_integer(id);
    if (number) return *number;
    return fail(ErrorCode::invalid_value, fmt::format("{} is no run's id", printable(id)),
                "`orch list runs` shows them");
  }

  // Tasks and parameters of a big run come in pages of the same object.
  Result<doc::Value> read(const std::string& id) {
    ORCH_TRY(number(id));
    const std::string what = fmt::format("read run {}", id);
    doc::Value run = ORCH_TRY(client_->get(std::string(kRuns) + "/get", {{"run_id", id}}, what));
    std::string next = run.text("next_page_token");
    while (!next.empty()) {
      const doc::Value more = ORCH_TRY(
          client_->get(std::string(kRuns) + "/get", {{"run_id", id}, {"page_token", next}}, what));
      for (const char* key : {"tasks", "job_parameters"}) {
        doc::Value* list = run.find(key);
        if (list == nullptr || list->array() == nullptr) continue;
        for (const doc::Value& element : more.list(key)) list->array()->push_back(element);
      }
      if (more.text("next_page_token") == next) break;
      next = more.text("next_page_token");
    }
    return run;
  }

  std::unique_ptr<Client> client_;
  std::string job_;
  std::string execution_;
  std::string registration_;
  doc::Value last_;  // the run that was looked at last
};

}  // namespace

std::unique_ptr<provider::Commands> commands_of(std::unique_ptr<Client> client,
                                                const provider::Place& place) {
  return std::make_unique<DatabricksCommands>(std::move(client), place);
}

}  // namespace orch::databricks
