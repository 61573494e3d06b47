#include "support/certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

namespace orch::test {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

constexpr long kDay = 24L * 3600;

struct Wish {
  const char* name;
  const char* alternative_names;  // null: a CA
  long from_days = -2;
  long to_days = 2;
};

Key make_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer` with `issuer_key`; null: by itself.
Certificate make_certificate(const Wish& wish, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static long serial = 1;
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.to_days * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(wish.name), -1, -1, 0);
  X509* const signer = issuer != nullptr ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  if (wish.alternative_names == nullptr) {
    add_extension(certificate.get(), signer, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(certificate.get(), signer, NID_subject_alt_name, wish.alternative_names);
  }
  X509_sign(certificate.get(), issuer_key != nullptr ? issuer_key : key, EVP_sha256());
  return certificate;
}

void write(const std::string& path, X509* certificate, EVP_PKEY* key) {
  std::FILE* const file = std::fopen(path.c_str(), "we");
  if (file == nullptr) std::abort();
  if (certificate != nullptr) PEM_write_X509(file, certificate);
  if (key != nullptr) PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
}

}  // namespace

Certificates::Certificates(std::string directory) : directory_(std::move(directory)) {
  constexpr const char* kHere = "IP:127.0.0.1,DNS:localhost";
  const Key ca_key = make_key();
  const Certificate ca =
      make_certificate({directory_.c_str(), nullptr}, ca_key.get(), nullptr, nullptr);
  write(ca_file(), ca.get(), nullptr);
  const auto add = [&](const std::string& file, const Wish& wish, bool by_ca) {
    const Key key = make_key();
    const Certificate certificate = make_certificate(wish, key.get(), by_ca ? ca.get() : nullptr,
                                                     by_ca ? ca_key.get() : nullptr);
    write(directory_ + "/" + file + ".pem", certificate.get(), nullptr);
    write(directory_ + "/" + file + ".key", nullptr, key.get());
  };
  add("good", {"localhost", kHere}, true);
  add("expired", {"localhost", kHere, -3, -1}, true);
  add("other", {"other.example", "DNS:other.example"}, true);
  add("selfsigned", {"localhost", kHere}, false);
}

}  // namespace orch::test
