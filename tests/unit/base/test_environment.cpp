#include <doctest/doctest.h>

#include <cstdlib>

#include "base/environment.h"

using namespace orch;

TEST_CASE("variables that carry credentials are known by name") {
  for (const char* name : {"AWS_ACCESS_KEY_ID",
                           "AWS_SECRET_ACCESS_KEY",
                           "AWS_SESSION_TOKEN",
                           "AWS_SECURITY_TOKEN",
                           "AWS_SHARED_CREDENTIALS_FILE",
                           "AWS_WEB_IDENTITY_TOKEN_FILE",
                           "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                           "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                           "DATABRICKS_TOKEN",
                           "DATABRICKS_CLIENT_SECRET",
                           "DATABRICKS_PASSWORD",
                           "ANYSCALE_CLI_TOKEN",
                           "PREFECT_API_KEY",
                           "PREFECT_API_AUTH_STRING",
                           "FIFTYONE_API_KEY",
                           "FIFTYONE_ENCRYPTION_KEY",
                           "FIFTYONE_DATABASE_URI",
                           "ORCH_VAULT_KEY_FILE",
                           "GOOGLE_APPLICATION_CREDENTIALS",
                           "GITHUB_TOKEN",
                           "HF_TOKEN",
                           "TOKEN",
                           "token",
                           "Password",
                           "PGPASSWORD",
                           "MYSQL_PWD",
                           "DJANGO_SECRET_KEY",
                           "SECRET_KEY",
                           "STRIPE_APIKEY",
                           "MY_PASSWD",
                           "SSH_PRIVATE_KEY",
                           "KEY_PASSPHRASE",
                           "DATABASE_URL",
                           "AZURE_STORAGE_CONNECTION_STRING",
                           "CLIENT_SECRET_FILE"}) {
    CAPTURE(name);
    CHECK(is_credential_variable(name));
  }
  for (const char* name :
       {"", "PATH", "HOME", "AWS_REGION", "AWS_PROFILE", "DATABRICKS_HOST", "PREFECT_API_URL",
        "MAX_TOKENS", "TOKENIZERS_PARALLELISM", "TOKENIZER", "SORT_KEY", "MONKEY", "SECRETARY",
        "COMPAT", "PYTHONPATH", "SSL_CERT_FILE", "XDG_CONFIG_HOME", "ORCH_TMPDIR", "KEYBOARD"}) {
    CAPTURE(name);
    CHECK_FALSE(is_credential_variable(name));
  }
}

TEST_CASE("a child sees no credentials but those its job lists") {
  const EnvMap env = {
      {"PATH", "/bin"}, {"HF_TOKEN", "hf"}, {"AWS_SESSION_TOKEN", "aws"}, {"MODE", "a"}};
  const EnvMap child = child_environment(env, {{"HF_TOKEN", "listed"}, {"MODE", "b"}});
  CHECK(child == EnvMap{{"PATH", "/bin"}, {"HF_TOKEN", "listed"}, {"MODE", "b"}});
}

TEST_CASE("the environment of this process is read as it stands") {
  ::setenv("ORCH_TEST_VALUE", "a=b=c", 1);
  ::setenv("ORCH_TEST_EMPTY", "", 1);
  const auto env = process_environment();
  CHECK(get(env, "ORCH_TEST_VALUE") == "a=b=c");
  CHECK(get(env, "ORCH_TEST_EMPTY") == "");
  CHECK_FALSE(get(env, "ORCH_TEST_ABSENT"));
  ::unsetenv("ORCH_TEST_VALUE");
  ::unsetenv("ORCH_TEST_EMPTY");
}
