#include "secrets/vault.h"

#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.h"
#include "base/redact.h"
#include "base/text.h"
#include "store/orchestrators.h"

namespace orch::secrets {
namespace {

constexpr std::string_view kVariable = "ORCH_VAULT_KEY_FILE";
constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// The form of a sealed value; a later form gets another letter.
constexpr char kForm = '1';

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::int64_t now_ms(const Clock& clock) { return unix_ms(clock.wall()); }

Error wrong_key(std::string message) {
  return {ErrorCode::secret_unavailable,
          std::move(message),
          fmt::format(
              "name the key file it was stored with in {}, or store the secret again with `orch "
              "secret set`",
              kVariable),
          {},
          {},
          {}};
}

// In hexadecimal, so that a key file survives an editor and a copy by hand.
Result<std::string> read_key(const std::string& path) {
  const std::string text = ORCH_TRY(read_file(path, 4096));
  const std::string_view digits = trim(text);
  std::string key(kKeyBytes, '\0');
  std::size_t length = 0;
  const int bad = sodium_hex2bin(bytes(key), key.size(), digits.data(), digits.size(), nullptr,
                                 &length, nullptr);
  if (bad == 0 && length == kKeyBytes && digits.size() == 2 * kKeyBytes) return key;
  return fail(ErrorCode::secret_unavailable, fmt::format("{} is no vault key", printable(path)),
              fmt::format("a key is {} hexadecimal digits: `openssl rand -hex {}` makes one",
                          2 * kKeyBytes, kKeyBytes));
}

// Others could read it: the vault would be worth nothing.
Status check_mode(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return fail(read_error("open", path, errno));
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fail(ErrorCode::secret_unavailable,
              fmt::format("{} can be read by other users", printable(path)),
              fmt::format("chmod 600 {}", printable(path)));
}

// Whole or not at all, and never over one that another orch has just made.
Status write_new_key(const std::string& path) {
  std::string key(kKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  std::string text(2 * kKeyBytes + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes(key), key.size());
  text.back() = '\n';
  const std::string fresh = fmt::format("{}.{}", path, ::getpid());
  ORCH_TRY(write_file_atomically(fresh, text));
  const bool linked = ::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int reason = errno;
  ::unlink(fresh.c_str());
  if (!linked) return fail(write_error("write", path, reason));
  return sync_directory(directory_of(path));
}

// The name is sealed in, so that a value cannot be moved to another name.
std::string seal(std::string_view name, std::string_view value, const std::string& key) {
  std::string sealed(1 + kNonceBytes + value.size() + kTagBytes, '\0');
  sealed[0] = kForm;
  unsigned char* const nonce = bytes(sealed) + 1;
  randombytes_buf(nonce, kNonceBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, nullptr, bytes(value),
                                             value.size(), bytes(name), name.size(), nullptr, nonce,
                                             bytes(std::string_view(key)));
  return sealed;
}

Result<std::string> unseal(const store::VaultRow& row, const std::string& key) {
  const std::string& sealed = row.sealed;
  if (sealed.size() < 1 + kNonceBytes + kTagBytes || sealed[0] != kForm) {
    return fail(wrong_key(fmt::format("the secret {} is damaged", row.name)));
  }
  const unsigned char* const nonce = bytes(std::string_view(sealed)) + 1;
  const std::size_t length = sealed.size() - 1 - kNonceBytes;
  std::string value(length - kTagBytes, '\0');
  const int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes(value), nullptr, nullptr, nonce + kNonceBytes, length,
      bytes(std::string_view(row.name)), row.name.size(), nonce, bytes(std::string_view(key)));
  if (bad != 0) {
    return fail(
        wrong_key(fmt::format("the secret {} was stored with another key, or changed", row.name)));
  }
  register_secret(value);
  return value;
}

SecretInfo info_of(const store::VaultRow& row) {
  return {row.name, row.description, row.created_ms, row.updated_ms};
}

}  // namespace

Vault::Vault(store::Store& store, const EnvMap& environment, Clock& clock)
    : store_(store), environment_(environment), clock_(clock) {}

Result<std::string> Vault::key(bool make) {
  if (sodium_init() < 0) return fail(ErrorCode::bug, "libsodium did not start");
  const auto named = get(environment_, kVariable);
  const std::string path =
      named && !named->empty() ? *named : fmt::format("{}/vault.key", store_.directory());
  const bool own = !named || named->empty();
  if (own && !exists(path)) {
    if (!make) return fail(wrong_key(fmt::format("the vault's key {} is gone", printable(path))));
    ORCH_TRY(write_new_key(path));
  }
  ORCH_TRY(check_mode(path));
  return read_key(path);
}

Status Vault::add(const std::string& name, std::string_view value, std::string_view description) {
  const bool first = ORCH_TRY(store::vault_rows(store_)).empty();
  const std::int64_t now = now_ms(clock_);
  // With secrets there, a missing key is not made anew: they would seem lost one by one.
  const std::string sealed = seal(name, value, ORCH_TRY(key(first)));
  return store::add_vault_row(store_, {name, std::string(description), sealed, now, now});
}

Status Vault::update(const std::string& name, std::string_view value,
                     std::string_view description) {
  auto row = ORCH_TRY(store::vault_row(store_, name));
  if (!row)
    row = store::VaultRow{name, {}, {}, 0, 0};  // the update below says that it is not there
  row->sealed = seal(name, value, ORCH_TRY(key(true)));
  if (!description.empty()) row->description = description;
  row->updated_ms = now_ms(clock_);
  return store::update_vault_row(store_, *row);
}

Result<std::string> Vault::value(const std::string& name) {
  const auto row = ORCH_TRY(store::vault_row(store_, name));
  if (!row) {
    return fail(ErrorCode::not_found, fmt::format("there is no secret {}", printable(name)),
                "`orch list secrets` shows their names");
  }
  return unseal(*row, ORCH_TRY(key(false)));
}

Result<std::optional<SecretInfo>> Vault::find(const std::string& name) {
  const auto row = ORCH_TRY(store::vault_row(store_, name));
  if (!row) return std::nullopt;
  return info_of(*row);
}

Result<std::vector<SecretInfo>> Vault::list() {
  std::vector<SecretInfo> found;
  for (const store::VaultRow& row : ORCH_TRY(store::vault_rows(store_)))
    found.push_back(info_of(row));
  return found;
}

Status Vault::remove(const std::string& name) { return store::remove_vault_row(store_, name); }

}  // namespace orch::secrets
