// A worker that does nothing: parses each line and answers with a fixed result.
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace {

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(1, bytes.data(), bytes.size());
    if (n <= 0) std::exit(1);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

int main() {
  write_all("{\"ready\":true}\n");
  std::string in;
  std::string out;
  char bytes[65536];
  for (ssize_t n = 0; (n = ::read(0, bytes, sizeof bytes)) > 0;) {
    in.append(bytes, static_cast<std::size_t>(n));
    std::size_t start = 0;
    out.clear();
    for (std::size_t end = 0; (end = in.find('\n', start)) != std::string::npos; start = end + 1) {
      const auto item = nlohmann::json::parse(in.data() + start, in.data() + end);
      const nlohmann::json answer{{"id", item["id"]}, {"result", {{"prob", 0.5}, {"label", "on"}}}};
      out += answer.dump();
      out += '\n';
    }
    in.erase(0, start);
    write_all(out);
  }
  return 0;
}
