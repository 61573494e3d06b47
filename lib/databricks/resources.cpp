#include "databricks/resources.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/text.h"
#include "databricks/job_settings.h"

namespace orch::databricks {
namespace {

using provider::Look;
using provider::Resource;
using store::Found;

constexpr const char* kNewId = "(new)";

doc::Value handle_of(const char* kind, const std::string& id) {
  doc::Value handle;
  handle.set("kind", kind);
  handle.set("id", id);
  return handle;
}

doc::Value body_of(std::initializer_list<std::pair<std::string_view, doc::Value>> members) {
  doc::Value body = doc::Value::Object{};
  for (const auto& [name, value] : members) body.set(name, value);
  return body;
}

Look compared(std::vector<std::string> lines) {
  const Found found = lines.empty() ? Found::ours : Found::other;
  return {found, std::move(lines)};
}

// The id that a create answers; in a dry run nobody answers.
Status take_id(const doc::Value& answer, std::string_view key, std::string& id, bool dry_run,
               const std::string& what) {
  id = dry_run ? kNewId : id_of(answer, key);
  if (!id.empty()) return {};
  return fail(ErrorCode::bad_answer, fmt::format("making {} gave no id", what),
              "run the same command again: it looks for it first");
}

bool is_member(const doc::Value& answer, std::string_view list, std::string_view key,
               const std::string& name) {
  const auto& all = answer.list(list);
  return std::any_of(all.begin(), all.end(), [&](const doc::Value& each) {
    return lower(each.text(key)) == lower(name);  // names of scopes and keys have no case
  });
}

}  // namespace

int permission_rank(std::string_view level) {
  constexpr std::array<std::string_view, 5> kLevels = {"CAN_VIEW", "CAN_ATTACH_TO",
                                                       "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"};
  const auto* found = std::find(kLevels.begin(), kLevels.end(), level);
  return found == kLevels.end() ? -1 : static_cast<int>(found - kLevels.begin());
}

Resource directory_resource(Files& files, const std::string& path) {
  return {.name = "folder " + path,
          .look = [&files, path]() -> Result<Look> {
            return Look{ORCH_TRY(files.has_directory(path)) ? Found::ours : Found::absent};
          },
          .apply = [&files, path] { return files.make_directory(path); },
          .handle = [path] { return handle_of("folder", path); }};
}

Resource file_resource(Files& files, const std::string& path, std::string bytes,
                       FileOptions options) {
  const auto content = std::make_shared<const std::string>(std::move(bytes));
  return {.name = "file " + path,
          .look = [&files, path, content, options]() -> Result<Look> {
            const auto size = ORCH_TRY(files.size(path));
            if (!size) return Look{Found::absent};
            if (*size != 0 && *size != content->size()) {
              return Look{Found::other, {fmt::format("{} → {} bytes", *size, content->size())}};
            }
            if (options.by_size || ORCH_TRY(files.read(path)) == *content) return Look{Found::ours};
            return Look{Found::other, {"other content"}};
          },
          .apply = [&files, path, content, options]() -> Status {
            if (options.makes_parent) {
              ORCH_TRY(files.make_directory(path.substr(0, path.rfind('/'))));
            }
            return files.write(path, *content);
          },
          .handle = [path] { return handle_of("file", path); }};
}

Resource scope_resource(Client& client, const std::string& scope) {
  return {.name = "scope " + scope,
          .look = [&client, scope]() -> Result<Look> {
            const doc::Value answer =
                ORCH_TRY(client.get("/api/2.0/secrets/scopes/list", {}, "list the secret scopes"));
            return Look{is_member(answer, "scopes", "name", scope) ? Found::ours : Found::absent};
          },
          .apply = [&client, scope]() -> Status {
            const auto made =
                client.post("/api/2.0/secrets/scopes/create", body_of({{"scope", scope}}),
                            "make the secret scope " + scope, Repeat::yes);
            if (!made && made.error().code != ErrorCode::already_exists) return fail(made.error());
            return {};
          },
          .handle = [scope] { return handle_of("scope", scope); }};
}

Resource scope_secret_resource(Client& client, const std::string& scope, const std::string& key,
                               bool overwrite, std::function<Result<std::string>()> value) {
  return {.name = fmt::format("secret {}/{}", scope, key),
          .look = [&client, scope, key, overwrite]() -> Result<Look> {
            const auto answer = client.get("/api/2.0/secrets/list", {{"scope", scope}},
                                           "list the secrets of scope " + scope);
            if (!answer && answer.error().code == ErrorCode::not_found) return Look{Found::absent};
            if (!answer) return fail(answer.error());
            if (!is_member(*answer, "secrets", "key", key)) return Look{Found::absent};
            if (overwrite) return Look{Found::other, {"stored again"}};
            return Look{Found::ours, {"kept; its value cannot be compared"}};
          },
          .apply = [&client, scope, key, value = std::move(value)]() -> Status {
            ORCH_TRY(client.post(
                "/api/2.0/secrets/put",
                body_of({{"scope", scope}, {"key", key}, {"string_value", ORCH_TRY(value())}}),
                fmt::format("store the secret {}/{}", scope, key), Repeat::yes));
            return {};
          }};
}

Resource scope_reader_resource(Client& client, const std::string& scope, const std::string& label,
                               const std::string& principal) {
  return {.name = fmt::format("reader {} of {}", label, scope),
          .look = [&client, scope, principal]() -> Result<Look> {
            const auto answer = client.get("/api/2.0/secrets/acls/list", {{"scope", scope}},
                                           "list the readers of scope " + scope);
            if (!answer && answer.error().code == ErrorCode::not_found) return Look{Found::absent};
            if (!answer) return fail(answer.error());
            return Look{is_member(*answer, "items", "principal", principal) ? Found::ours
                                                                            : Found::absent};
          },
          .apply = [&client, scope, label, principal]() -> Status {
            ORCH_TRY(client.post(
                "/api/2.0/secrets/acls/put",
                body_of({{"scope", scope}, {"principal", principal}, {"permission", "READ"}}),
                fmt::format("let {} read scope {}", label, scope), Repeat::yes));
            return {};
          }};
}

Resource pool_resource(Client& client, const doc::Value& settings, std::string& id, bool dry_run) {
  const std::string name = settings.text("instance_pool_name");
  return {.name = "pool " + name,
          .look = [&client, &id, name, settings]() -> Result<Look> {
            const doc::Value answer =
                ORCH_TRY(client.get("/api/2.0/instance-pools/list", {}, "list the pools"));
            id.clear();
            for (const doc::Value& pool : answer.list("instance_pools")) {
              if (pool.text("instance_pool_name") != name) continue;
              id = pool.text("instance_pool_id");
              if (pool.text("node_type_id") != settings.text("node_type_id")) {
                return fail(ErrorCode::conflict,
                            fmt::format("the pool {} is of {}, not {}, and that cannot be changed",
                                        printable(name), printable(pool.text("node_type_id")),
                                        printable(settings.text("node_type_id"))),
                            "give provision.pools another instance_pool_name");
              }
              return compared(differences(settings, pool));
            }
            return Look{Found::absent};
          },
          .apply = [&client, &id, name, settings, dry_run]() -> Status {
            if (!id.empty() && id != kNewId) {
              doc::Value body = settings;
              body.set("instance_pool_id", id);
              ORCH_TRY(client.post("/api/2.0/instance-pools/edit", body, "change the pool " + name,
                                   Repeat::yes));
              return {};
            }
            const doc::Value answer = ORCH_TRY(
                client.post("/api/2.0/instance-pools/create", settings, "make the pool " + name));
            return take_id(answer, "instance_pool_id", id, dry_run, "the pool " + name);
          },
          .handle = [&id] { return handle_of("pool", id); }};
}

Resource job_resource(Client& client, const std::string& name,
                      const std::function<doc::Value()>& settings, std::string& id, bool dry_run) {
  const auto found = std::make_shared<doc::Value>();  // its settings now
  return {
      .name = "job " + name,
      .look = [&client, &id, name, settings, found]() -> Result<Look> {
        id.clear();
        int count = 0;
        ORCH_TRY(client.pages("/api/2.2/jobs/list", {{"name", name}, {"limit", "100"}}, "jobs",
                              "look for the job " + name, [&](const doc::Value& job) {
                                const bool same = member_of(job, "settings").text("name") == name;
                                if (same) id = id_of(job, "job_id");
                                count += same ? 1 : 0;
                                return true;
                              }));
        if (count > 1) {
          return fail(ErrorCode::conflict,
                      fmt::format("{} jobs are called {}", count, printable(name)),
                      "rename or delete all but one, or give provision.job another name");
        }
        if (id.empty()) return Look{Found::absent};
        *found = member_of(
            ORCH_TRY(client.get("/api/2.2/jobs/get", {{"job_id", id}}, "read the job " + name)),
            "settings");
        return compared(differences(settings(), *found));
      },
      .apply = [&client, &id, name, settings, found, dry_run]() -> Status {
        if (id.empty() || id == kNewId) {
          const doc::Value answer =
              ORCH_TRY(client.post("/api/2.2/jobs/create", settings(), "make the job " + name));
          return take_id(answer, "job_id", id, dry_run, "the job " + name);
        }
        doc::Value body;
        body.set("job_id", ORCH_TRY(parse_integer(id)));
        const doc::Value update = job_update(settings(), *found);
        for (const auto& [key, value] : *update.object()) body.set(key, value);
        ORCH_TRY(client.post("/api/2.2/jobs/update", body, "change the job " + name, Repeat::yes));
        return {};
      },
      .handle = [&id] { return handle_of("job", id); }};
}

Resource permission_resource(Client& client, std::string_view object, const std::string& label,
                             const std::string& id, const std::string& principal,
                             const std::string& level) {
  const auto path = [object, &id] { return fmt::format("/api/2.0/permissions/{}/{}", object, id); };
  const std::string what = fmt::format("{} on {}", level, label);
  return {
      .name = fmt::format("permission {} on {} for the service principal", level, label),
      .look = [&client, &id, path, principal, level, what]() -> Result<Look> {
        if (id.empty() || id == kNewId) return Look{Found::absent};
        const doc::Value answer = ORCH_TRY(client.get(path(), {}, "read " + what));
        for (const doc::Value& entry : answer.list("access_control_list")) {
          if (entry.text("service_principal_name") != principal) continue;
          for (const doc::Value& each : entry.list("all_permissions")) {
            const std::string has = each.text("permission_level");
            // A level that orch does not know is compared as it is.
            if (has == level ||
                (permission_rank(level) >= 0 && permission_rank(has) >= permission_rank(level))) {
              return Look{Found::ours};
            }
          }
        }
        return Look{Found::absent};
      },
      .apply = [&client, path, principal, level, what]() -> Status {
        http::Request request;
        request.method = "PATCH";
        request.url = client.url(path());
        request.headers = {{"Content-Type", "application/json"}};
        request.repeatable = true;
        request.body =
            doc::to_json(body_of({{"access_control_list",
                                   doc::Value::Array{body_of({{"service_principal_name", principal},
                                                              {"permission_level", level}})}}}));
        ORCH_TRY(client.call(std::move(request), "grant " + what));
        return {};
      }};
}

}  // namespace orch::databricks
