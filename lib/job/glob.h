// File patterns: * ? [a-z] [!a-z] within a name, ** for any depth of directories. Own code: the
// C library's glob sorts by locale and holds every match in memory at once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace orch::job {

// One name against one part of a pattern. Characters are UTF-8 code points; a wildcard never
// matches a leading dot; a bracket that never closes is itself; backslash takes the next one as it
// is.
bool matches_name(std::string_view pattern, std::string_view name);

// Calls `each` for every regular file (or link to one) that matches, in byte order of the paths,
// none twice. A relative pattern is looked up in `base_directory` and gives relative paths. `**`
// follows no links to directories. Nothing found is fine; a directory that cannot be read is an
// error, since files would be missing silently.
Status expand_glob(const std::string& base_directory, std::string_view pattern,
                   const std::function<Status(std::string_view path)>& each);

}  // namespace orch::job
