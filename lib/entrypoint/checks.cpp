#include "entrypoint/checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "doc/value.h"
#include "entrypoint/operators.h"

namespace orch::entrypoint {
namespace {

constexpr std::string_view kDatabase = "FIFTYONE_DATABASE_URI";
constexpr std::string_view kInternal = "FIFTYONE_INTERNAL_SERVICE";
constexpr std::string_view kKey = "FIFTYONE_ENCRYPTION_KEY";
constexpr std::string_view kWorkers = "FIFTYONE_MAX_PROCESS_POOL_WORKERS";
constexpr std::string_view kPlugins = "FIFTYONE_PLUGINS_DIR";
constexpr std::string_view kFips = "OPENSSL_FORCE_FIPS_MODE";
constexpr std::int64_t kMostAtlasWorkers = 4;

std::string file_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

bool is_python(std::string_view program) {
  if (!program.starts_with("python")) return false;
  return program.find_first_not_of("0123456789.", 6) == std::string_view::npos;
}

// The module that a Python is told to run by -m, or empty. Options before it are skipped as long
// as they take no value of their own.
std::string_view module_of(std::span<const std::string> words) {
  for (std::size_t i = 1; i < words.size() && words[i].starts_with('-'); ++i) {
    if (words[i] == "-m") return i + 1 < words.size() ? words[i + 1] : std::string_view();
    if (words[i] == "-W" || words[i] == "-X") ++i;
    if (words[i] == "-c") break;
  }
  return {};
}

bool is_on(const EnvMap& env, std::string_view name) {
  const std::string value = lower(trim(get(env, name).value_or("")));
  return value == "1" || value == "true" || value == "yes" || value == "on";
}

bool is_missing(const EnvMap& env, std::string_view name) {
  return trim(get(env, name).value_or("")).empty();
}

// What Python's int() takes: blanks around it, a sign, single underscores between digits.
bool is_python_integer(std::string_view text) {
  text = trim(text);
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  if (text.empty() || text.front() == '_' || text.back() == '_') return false;
  if (text.find("__") != std::string_view::npos) return false;
  return text.find_first_not_of("0123456789_") == std::string_view::npos;
}

std::int64_t python_integer(std::string_view text) {
  std::string digits(trim(text));
  std::erase(digits, '_');
  std::erase(digits, '+');
  return parse_integer(digits).value_or(kMostAtlasWorkers + 1);  // too long to be few
}

bool is_atlas(std::string_view uri) {
  return uri.starts_with("mongodb+srv://") || uri.find(".mongodb.net") != std::string_view::npos;
}

// FiftyOne reads its settings from a file as well; the variables win.
bool config_file_names_database(const EnvMap& env) {
  const std::string home = get(env, "HOME").value_or("");
  const std::string path =
      get(env, "FIFTYONE_CONFIG_PATH").value_or(home + "/.fiftyone/config.json");
  const auto text = read_file(path, 1 << 20);
  if (!text) return false;
  const auto config = doc::parse_json(*text, path);
  const doc::Value* uri = config ? config->find("database_uri") : nullptr;
  return uri != nullptr && uri->string() != nullptr && !uri->string()->empty();
}

class Checker {
 public:
  Checker(std::span<const std::string> argv, EnvMap env)
      : is_fiftyone_(is_fiftyone(argv)), env_(std::move(env)) {}

  Checked run() {
    strip_quotes();
    check_database();
    check_api();
    check_key();
    check_workers();
    check_plugins();
    check_fips();
    return {std::move(env_), std::move(findings_)};
  }

 private:
  void warn(std::string message, std::string cure) {
    findings_.push_back({false, std::move(message), std::move(cure)});
  }
  void refuse(std::string message, std::string cure) {
    findings_.push_back({true, std::move(message), std::move(cure)});
  }

  // "\"fiftyone\"" in a cluster's settings arrives with its quotes when no shell took them off.
  void strip_quotes() {
    for (auto& [name, value] : env_) {
      if (!name.starts_with("FIFTYONE_") && name != "API_URL") continue;
      if (value.size() < 2 || value.front() != value.back()) continue;
      if (value.front() != '"' && value.front() != '\'') continue;
      value = value.substr(1, value.size() - 2);
      warn(fmt::format("{} has literal quotes around its value; they were taken off", name),
           "write the value without quotes");
    }
  }

  void check_database() {
    if (!is_missing(env_, kDatabase) || config_file_names_database(env_)) return;
    std::string message =
        fmt::format("{} is {}: FiftyOne would start a database of its own and can hang", kDatabase,
                    env_.contains(kDatabase) ? "empty" : "missing");
    std::string cure =
        "set it to the deployment's MongoDB address, a secret, or skip this with --no-check";
    if (is_fiftyone_) return refuse(std::move(message), std::move(cure));
    warn(std::move(message), std::move(cure));
  }

  void check_api() {
    if (!is_missing(env_, "API_URL")) return;
    warn("API_URL is missing: FiftyOne falls back to http://localhost:8000",
         "set it to the address of the deployment's API service");
  }

  void check_key() {
    const bool service = is_on(env_, kInternal);
    const bool key = !is_missing(env_, kKey);
    if (service && !key) {
      warn(fmt::format("{} is missing while {} is on: delegated operations need both", kKey,
                       kInternal),
           fmt::format("set {} to the deployment's key, a secret", kKey));
    } else if (key && !service) {
      warn(fmt::format("{} is set while {} is not on: delegated operations need both", kKey,
                       kInternal),
           fmt::format("set {}=1", kInternal));
    }
  }

  void check_workers() {
    const std::string value = get(env_, kWorkers).value_or("");
    if (value.empty()) return;
    if (!is_python_integer(value)) {
      return refuse(
          fmt::format("{}={} is no integer: importing fiftyone fails", kWorkers, printable(value)),
          "set it to 4, or to 0 for no multiprocessing");
    }
    if (!is_atlas(get(env_, kDatabase).value_or(""))) return;
    if (python_integer(value) <= kMostAtlasWorkers) return;
    warn(fmt::format("{}={} with MongoDB Atlas: more than 4 workers exhaust its connections",
                     kWorkers, printable(value)),
         "set it to 4; if operations still fail, or do not find stored cloud credentials, to 0");
  }

  void check_plugins() {
    const std::string directory = get(env_, kPlugins).value_or("");
    if (directory.empty()) return;
    const std::string cure = "mount the volume with the plugins, or correct the path";
    if (directory.front() != '/') {
      warn(fmt::format("{}={} is not an absolute path", kPlugins, printable(directory)), cure);
    } else if (!is_directory(directory)) {
      warn(fmt::format("{}={} is not a directory here", kPlugins, printable(directory)), cure);
    } else if (!has_plugin(directory)) {
      warn(fmt::format("{}={} holds no fiftyone.yml", kPlugins, printable(directory)),
           "each plugin is a folder with a fiftyone.yml or fiftyone.yaml");
    }
  }

  // With opencv-python 4.13.0.90 the self-test of a bundled OpenSSL aborts without a traceback,
  // whatever the value. Who set 1 may have to: theirs is left alone.
  void check_fips() {
    const auto value = get(env_, kFips);
    if (!value) return;
    const std::string trouble =
        fmt::format("{} is set: importing opencv-python 4.13.0.90 aborts", kFips);
    const std::string cure = "pin opencv-python<4.13.0.90";
    if (*value == "1") return warn(trouble, cure);
    env_.erase(std::string(kFips));
    warn(trouble + "; it is left out for the command", cure + ", or unset the variable");
  }

  bool is_fiftyone_;
  EnvMap env_;
  std::vector<Finding> findings_;
};

}  // namespace

bool is_fiftyone(std::span<const std::string> argv) {
  if (argv.empty()) return false;
  const std::string program = file_name(argv[0]);
  if (program == "fiftyone") return true;
  const std::string_view module = is_python(program) ? module_of(argv) : std::string_view();
  return module == "fiftyone" || module.starts_with("fiftyone.");
}

bool concerns_fiftyone(std::span<const std::string> argv, const EnvMap& env) {
  return is_fiftyone(argv) || is_on(env, kInternal);
}

Checked check_environment(std::span<const std::string> argv, EnvMap env) {
  return Checker(argv, std::move(env)).run();
}

}  // namespace orch::entrypoint
