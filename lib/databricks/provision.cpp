#include "databricks/provision.h"

#include <elf.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "databricks/entrypoints.h"
#include "databricks/files.h"
#include "databricks/job_settings.h"
#include "databricks/provision_spec.h"
#include "databricks/resources.h"

namespace orch::databricks {
namespace {

using provider::ProvisionRequest;
using provider::Resource;

constexpr std::uint64_t kLargestArtifact = 400 << 20;
constexpr std::uint64_t kLargestPluginFile = 9 << 20;

// FNV-1a: enough to tell one build from another in a file's name.
std::string fingerprint(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

// "x86_64", "aarch64"; invalid_file for what is no static Linux program.
Result<std::string> machine_of(const std::string& binary, const std::string& path) {
  Elf64_Ehdr header{};
  const bool is_elf = binary.size() >= sizeof header && binary.starts_with(
                                                            "\x7f"
                                                            "ELF");
  if (is_elf) std::memcpy(&header, binary.data(), sizeof header);
  const bool known = is_elf && (header.e_machine == EM_X86_64 || header.e_machine == EM_AARCH64);
  if (!known) {
    return fail(ErrorCode::invalid_file,
                fmt::format("{} is no Linux program for x86-64 or ARM", printable(path)),
                "name the orch binary for the pool's machines in provision.artifact");
  }
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr part{};
    const std::size_t at = header.e_phoff + i * sizeof part;
    if (at + sizeof part > binary.size()) break;
    std::memcpy(&part, binary.data() + at, sizeof part);
    if (part.p_type != PT_INTERP) continue;
    return fail(ErrorCode::invalid_file,
                fmt::format("{} is not static: it may not start on the cluster", printable(path)),
                "use the binary of a release, or scripts/package");
  }
  return std::string(header.e_machine == EM_X86_64 ? "x86_64" : "aarch64");
}

class DatabricksProvision : public provider::Provision {
 public:
  DatabricksProvision(std::unique_ptr<Client> client, ProvisionRequest request, ProvisionSpec spec)
      : client_(std::move(client)),
        files_(*client_),
        request_(std::move(request)),
        spec_(std::move(spec)) {}

  // What does not depend on the workspace's state; asks it for the machine type only.
  Status prepare() {
    if (!spec_.uses_script) ORCH_TRY(prepare_binary());
    if (!spec_.plugins_upload.empty()) ORCH_TRY(collect_plugins());
    if (!spec_.init_script.empty()) init_script_ = ORCH_TRY(read_file(spec_.init_script, 1 << 20));
    const doc::Value& password = member_of(member_of(spec_.image, "basic_auth"), "password");
    if (!password.is_null() && !request_.dry_run) {
      parts_.image_password = ORCH_TRY(request_.read_secret("image.basic_auth.password", password));
    }
    fill_parts();
    return {};
  }

  std::vector<Resource> resources() override {
    std::vector<Resource> all;
    all.push_back(directory_resource(files_, spec_.folder));
    if (!spec_.requirements.empty()) {
      all.push_back(file_resource(files_, parts_.requirements, spec_.requirements));
    }
    all.push_back(file_resource(files_, parts_.entrypoint,
                                std::string(spec_.uses_script ? script_text() : launcher_text())));
    if (!spec_.uses_script)
      all.push_back(file_resource(files_, parts_.binary, binary_, {.by_size = true}));
    if (!init_script_.empty()) {
      all.push_back(file_resource(files_, parts_.init_script, init_script_));
    }
    for (const auto& [path, bytes] : plugins_) {
      all.push_back(file_resource(files_, path, bytes, {.makes_parent = true}));
    }
    if (!spec_.scope.empty()) add_scope(all);
    all.push_back(
        pool_resource(*client_, spec_.execution_pool, parts_.execution_pool, request_.dry_run));
    if (!spec_.registration_pool.is_null()) {
      all.push_back(pool_resource(*client_, spec_.registration_pool, parts_.registration_pool,
                                  request_.dry_run));
    }
    all.push_back(job_resource(
        *client_, spec_.job_name, [this] { return job_settings(spec_, parts_); }, job_id_,
        request_.dry_run));
    if (!request_.client_id.empty()) add_permissions(all);
    return all;
  }

  std::vector<std::string> warnings() const override {
    std::vector<std::string> warnings = warnings_of(spec_);
    if (cluster_env(spec_, parts_).text("API_URL").empty()) {
      warnings.emplace_back(
          "env.API_URL is empty: the jobs would look for FiftyOne's API at http://localhost:8000; "
          "set it to the deployment's address");
    }
    if (request_.client_id.empty()) {
      warnings.emplace_back(
          "the client id behind secrets.clientId is not known here: grant that service principal "
          "the job, the pools and the scope yourself, or name it in scope.readers");
    }
    return warnings;
  }

  doc::Value config() const override {
    doc::Value config;
    config.set("jobId", job_id_);
    config.set("executionTaskId", kExecutionTask);
    if (!spec_.registration_pool.is_null()) config.set("registrationTaskId", kRegistrationTask);
    return config;
  }

 private:
  void fill_parts() {
    parts_.entrypoint = spec_.folder + (spec_.uses_script ? "/entrypoint.py" : "/orch_launcher.py");
    if (!spec_.requirements.empty()) parts_.requirements = spec_.folder + "/requirements.txt";
    if (!init_script_.empty()) parts_.init_script = spec_.folder + "/init.sh";
    parts_.plugins = spec_.plugins_path;
    if (!spec_.plugins_upload.empty()) parts_.plugins = spec_.folder + "/plugins";
    parts_.api_url = request_.api_url;
    if (!spec_.registration_pool.is_null()) parts_.registration_pool = "(pool)";
  }

  // The binary for the machines of the pool, checked before it is sent.
  Status prepare_binary() {
    const std::string path = spec_.artifact.empty() ? self_executable() : spec_.artifact;
    binary_ = ORCH_TRY(read_file(path, kLargestArtifact));
    const std::string machine = ORCH_TRY(machine_of(binary_, path));
    for (const doc::Value* pool : {&spec_.execution_pool, &spec_.registration_pool}) {
      if (pool->is_null()) continue;
      const std::string type = pool->text("node_type_id");
      const std::string wanted = ORCH_TRY(machine_of_node(type));
      if (wanted.empty() || wanted == machine) continue;
      return fail(ErrorCode::invalid_file,
                  fmt::format("{} is for {}; machines of {} are {}", printable(path), machine,
                              printable(type), wanted),
                  fmt::format("name an orch binary for {} in provision.artifact", wanted));
    }
    parts_.binary = fmt::format("{}/orch-{}-{}", spec_.folder, ORCH_VERSION, fingerprint(binary_));
    return {};
  }

  // Empty: the workspace does not say.
  Result<std::string> machine_of_node(const std::string& type) {
    if (node_types_.is_null()) {
      auto answer = client_->get("/api/2.0/clusters/list-node-types", {}, "list the machine types");
      if (!answer && answer.error().code == ErrorCode::not_found) return std::string();
      node_types_ = ORCH_TRY(std::move(answer));
    }
    for (const doc::Value& node : node_types_.list("node_types")) {
      if (node.text("node_type_id") != type) continue;
      const doc::Value& graviton = member_of(node, "is_graviton");
      return std::string(graviton.boolean() != nullptr && *graviton.boolean() ? "aarch64"
                                                                              : "x86_64");
    }
    return std::string();
  }

  Status collect_plugins() {
    namespace fs = std::filesystem;
    std::error_code failed;
    fs::recursive_directory_iterator entry(spec_.plugins_upload, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
      const std::string name = entry->path().filename().string();
      if (name == "__pycache__" || name == ".git") {
        entry.disable_recursion_pending();
        continue;
      }
      if (!entry->is_regular_file(failed)) continue;
      const std::string below = entry->path().lexically_relative(spec_.plugins_upload).string();
      plugins_.emplace_back(spec_.folder + "/plugins/" + below,
                            ORCH_TRY(read_file(entry->path().string(), kLargestPluginFile)));
    }
    if (failed) {
      return fail(read_error("read", spec_.plugins_upload, failed.value()));
    }
    std::sort(plugins_.begin(), plugins_.end());
    return {};
  }

  void add_scope(std::vector<Resource>& all) {
    all.push_back(scope_resource(*client_, spec_.scope));
    for (const auto& [key, source] : spec_.scope_secrets) {
      const auto value = [this, key = key, source = source]() -> Result<std::string> {
        if (request_.dry_run) return std::string("****");
        return request_.read_secret("scope.secrets." + key, source);
      };
      all.push_back(
          scope_secret_resource(*client_, spec_.scope, key, request_.overwrite_secrets, value));
    }
    for (const std::string& reader : spec_.readers) {
      all.push_back(scope_reader_resource(*client_, spec_.scope, printable(reader), reader));
    }
    if (spec_.readers.empty() && !request_.client_id.empty()) {
      all.push_back(scope_reader_resource(*client_, spec_.scope, "the service principal",
                                          request_.client_id));
    }
  }

  void add_permissions(std::vector<Resource>& all) {
    all.push_back(permission_resource(*client_, "jobs", "job " + spec_.job_name, job_id_,
                                      request_.client_id, spec_.job_permission));
    const auto pool = [&](const doc::Value& settings, const std::string& id) {
      all.push_back(permission_resource(*client_, "instance-pools",
                                        "pool " + settings.text("instance_pool_name"), id,
                                        request_.client_id, spec_.pool_permission));
    };
    pool(spec_.execution_pool, parts_.execution_pool);
    if (!spec_.registration_pool.is_null()) pool(spec_.registration_pool, parts_.registration_pool);
  }

  std::unique_ptr<Client> client_;
  Files files_;
  ProvisionRequest request_;
  ProvisionSpec spec_;
  JobParts parts_;
  std::string job_id_;
  std::string binary_;
  std::string init_script_;
  std::vector<std::pair<std::string, std::string>> plugins_;  // path there, bytes
  doc::Value node_types_;
};

}  // namespace

Result<std::unique_ptr<provider::Provision>> provision_of(std::unique_ptr<Client> client,
                                                          const ProvisionRequest& request) {
  ProvisionSpec spec = ORCH_TRY(read_provision(request.spec, request.base_directory));
  auto provision =
      std::make_unique<DatabricksProvision>(std::move(client), request, std::move(spec));
  ORCH_TRY(provision->prepare());
  return provision;
}

Status take_down(Client& client, const doc::Value& handle) {
  const std::string kind = handle.text("kind");
  const std::string id = handle.text("id");
  const auto post = [&](std::string_view path, std::string_view key, doc::Value value) -> Status {
    doc::Value body;
    body.set(key, std::move(value));
    const auto done =
        client.post(path, body, fmt::format("delete the {} {}", kind, id), Repeat::yes);
    if (!done && done.error().code != ErrorCode::not_found) return fail(done.error());
    return {};
  };
  if (kind == "job") return post("/api/2.2/jobs/delete", "job_id", ORCH_TRY(parse_integer(id)));
  if (kind == "pool") return post("/api/2.0/instance-pools/delete", "instance_pool_id", id);
  if (kind == "scope") return post("/api/2.0/secrets/scopes/delete", "scope", id);
  if (kind == "file") return Files(client).remove(id);
  if (kind == "folder") return Files(client).remove_directory(id);
  return fail(ErrorCode::bug, fmt::format("no resource is a {}", printable(kind)));
}

}  // namespace orch::databricks
