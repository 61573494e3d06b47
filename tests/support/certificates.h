// Throw-away certificates, made when the test runs: a CA and what it signed, well or badly.
#pragma once

#include <string>

namespace orch::test {

class Certificates {
 public:
  // Writes PEM files into `directory`, which must exist.
  explicit Certificates(std::string directory);

  struct Pair {
    std::string certificate;
    std::string key;
  };
  std::string ca_file() const { return directory_ + "/ca.pem"; }
  Pair good() const { return pair("good"); }               // for 127.0.0.1 and localhost
  Pair expired() const { return pair("expired"); }         // yesterday
  Pair other_host() const { return pair("other"); }        // for other.example
  Pair self_signed() const { return pair("selfsigned"); }  // by nobody

 private:
  Pair pair(const std::string& name) const {
    return {directory_ + "/" + name + ".pem", directory_ + "/" + name + ".key"};
  }
  std::string directory_;
};

}  // namespace orch::test
