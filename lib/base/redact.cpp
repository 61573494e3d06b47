#include "base/redact.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/secret_forms.h"
#include "base/text.h"

namespace orch {
namespace {

using Forms = std::vector<SecretForm>;

// What must be masked is a fact about the process, not about one caller: a log line or an error may
// leave through code that never saw the secret. Hence the one piece of state for the whole process.
struct Registry {
  std::atomic<bool> any{false};
  std::mutex mutex;
  std::shared_ptr<const Forms> forms = std::make_shared<const Forms>();
};

Registry& registry() {
  static Registry instance;
  return instance;
}

bool is_base64_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/' || c == '-' || c == '_' || c == '=';
}

using Span = std::pair<std::size_t, std::size_t>;  // first, end

void find_all(std::string_view text, const SecretForm& form, std::vector<Span>& spans) {
  for (auto at = text.find(form.text); at != std::string_view::npos;
       at = text.find(form.text, at + 1)) {
    std::size_t first = at;
    std::size_t end = at + form.text.size();
    // In base64 the characters at either end mix the secret's bits with its neighbours'.
    for (std::size_t i = 0; i < form.margin && first > 0; ++i) {
      if (!is_base64_character(text[first - 1])) break;
      --first;
    }
    for (std::size_t i = 0; i < form.margin && end < text.size(); ++i) {
      if (!is_base64_character(text[end])) break;
      ++end;
    }
    spans.emplace_back(first, end);
  }
}

void add_forms(Forms& forms, std::string_view value) {
  constexpr std::size_t kShortest = 6;
  if (value.size() < kShortest) return;
  for (auto& form : forms_of(value)) {
    const auto same = [&](const SecretForm& known) { return known.text == form.text; };
    if (std::ranges::none_of(forms, same)) forms.push_back(std::move(form));
  }
}

}  // namespace

void register_secret(std::string_view value) {
  constexpr std::size_t kShortestLine = 16;
  auto& state = registry();
  const std::lock_guard lock(state.mutex);
  auto forms = std::make_shared<Forms>(*state.forms);
  add_forms(*forms, value);
  add_forms(*forms, trim(value));  // a file's last newline is rarely part of what is sent
  if (value.find('\n') != std::string_view::npos) {
    // Keys of many lines are quoted line by line; their BEGIN and END lines are no secret.
    for (const auto line : split(value, '\n')) {
      const auto content = trim(line);
      if (content.size() >= kShortestLine && !content.starts_with("-----")) {
        add_forms(*forms, content);
      }
    }
  }
  state.any = !forms->empty();
  state.forms = std::move(forms);
}

std::string redact(std::string_view text) {
  auto& state = registry();
  if (!state.any) return std::string(text);
  std::shared_ptr<const Forms> forms;
  {
    const std::lock_guard lock(state.mutex);
    forms = state.forms;
  }
  std::vector<Span> spans;
  for (const auto& form : *forms) find_all(text, form, spans);
  std::ranges::sort(spans);
  std::string out;
  std::size_t done = 0;
  for (std::size_t i = 0; i < spans.size();) {
    const std::size_t first = spans[i].first;
    std::size_t end = spans[i].second;
    for (++i; i < spans.size() && spans[i].first <= end; ++i) end = std::max(end, spans[i].second);
    out.append(text.substr(done, first - done)).append("****");
    done = end;
  }
  return out.append(text.substr(done));
}

std::string show_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url);
  const auto scheme = url.substr(0, scheme_end + 3);
  auto rest = url.substr(scheme_end + 3);
  const auto at = rest.substr(0, rest.find('/')).rfind('@');
  if (at != std::string_view::npos) rest.remove_prefix(at + 1);
  return std::string(scheme).append(rest);
}

}  // namespace orch
