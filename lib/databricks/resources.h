// The kinds of resources in a workspace, one function each.
#pragma once

#include <string>
#include <string_view>

#include "databricks/client.h"
#include "databricks/files.h"
#include "provider/provision.h"

namespace orch::databricks {

// All that is given by reference must outlive the resource.

provider::Resource directory_resource(Files& files, const std::string& path);
struct FileOptions {
  bool by_size = false;       // the name tells the content: its size is enough
  bool makes_parent = false;  // its folder may be missing
};
// Compared byte by byte.
provider::Resource file_resource(Files& files, const std::string& path, std::string bytes,
                                 FileOptions options = {});

provider::Resource scope_resource(Client& client, const std::string& scope);
// A value cannot be compared: a key that is there is kept, unless `overwrite`.
provider::Resource scope_secret_resource(Client& client, const std::string& scope,
                                         const std::string& key, bool overwrite,
                                         std::function<Result<std::string>()> value);
// `label` is said in place of the principal, whose id may be kept as a secret.
provider::Resource scope_reader_resource(Client& client, const std::string& scope,
                                         const std::string& label, const std::string& principal);

// Found by name; its id is written to `id` by look and apply.
provider::Resource pool_resource(Client& client, const doc::Value& settings, std::string& id,
                                 bool dry_run);
// The same; `settings` is asked for when the earlier resources are known.
provider::Resource job_resource(Client& client, const std::string& name,
                                const std::function<doc::Value()>& settings, std::string& id,
                                bool dry_run);
// Permission levels in the order of what they allow; -1: not known.
int permission_rank(std::string_view level);
// `object`: "jobs" or "instance-pools"; `label` is what people call it.
provider::Resource permission_resource(Client& client, std::string_view object,
                                       const std::string& label, const std::string& id,
                                       const std::string& principal, const std::string& level);

}  // namespace orch::databricks
