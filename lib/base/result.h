// Result<T>: a value or an Error. Nothing below apps/ throws.
#pragma once

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace orch {

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) { return tl::make_unexpected(std::move(error)); }
inline tl::unexpected<Error> fail(ErrorCode code, std::string message, std::string hint = {}) {
  return tl::make_unexpected(Error{code, std::move(message), std::move(hint), {}, {}, {}});
}

// The value of a successful Result, for ORCH_TRY; nothing for a Status.
template <class T>
T take_value(Result<T>& result) {
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace orch

// The value of a Result, or return its error from the enclosing function:
//   auto text = ORCH_TRY(read_file(path));
// (The counter keeps one inside another from shadowing it.)
#define ORCH_TRY(expression) ORCH_TRY_AS(ORCH_TRY_NAME(__COUNTER__), expression)
#define ORCH_TRY_NAME(number) ORCH_TRY_PASTE(number)
#define ORCH_TRY_PASTE(number) orch_try_##number
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared cannot stand in them.
#define ORCH_TRY_AS(name, expression)                        \
  __extension__({                                            \
    auto&& name = (expression);                              \
    if (!name) return ::orch::fail(std::move(name).error()); \
    ::orch::take_value(name);                                \
  })
// NOLINTEND(bugprone-macro-parentheses)
