// The Python side of control/python_sdk: answers one line of JSON for each line of JSON.
#pragma once

#include <string_view>

namespace orch::control {

// Runs on Python 3.9 and later with nothing but FiftyOne's management SDK. What the SDK prints goes
// to standard error, even what it prints straight to descriptor 1; the current directory is no
// place to import from; only documented calls are made.
inline constexpr std::string_view kFiftyOneSdkScript = R"python(
import json, os, sys

answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
sys.stdout = sys.stderr
here = os.getcwd()
sys.path[:] = [place for place in sys.path if place not in ("", here)]

CALLS = ("test_api_connection list_orchestrators get_orchestrator register_orchestrator "
         "delete_orchestrator list_secrets get_secret_info add_secret update_secret "
         "delete_secret").split()


def answer(**document):
    answers.write(json.dumps(document, default=str) + "\n")
    answers.flush()


def plain(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "value") and hasattr(value, "name"):  # an enum's member
        return plain(value.value)
    if isinstance(value, dict):
        return {str(plain(key)): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    fields = getattr(value, "__dataclass_fields__", None) or getattr(value, "__dict__", None)
    if fields:
        return {name: plain(getattr(value, name)) for name in fields if not name.startswith("_")}
    return str(value)


def failure(error):
    names = [each.__name__ for each in type(error).__mro__]
    has = lambda part: any(part in name for name in names)
    if has("AuthenticationError"):
        kind = "auth"
    elif has("Forbidden"):
        kind = "forbidden"
    elif has("Timeout"):
        kind = "timeout"
    elif "ConnectionError" in names:
        kind = "unreachable" if getattr(error, "request", None) is not None else "config"
    elif isinstance(error, (ValueError, TypeError, KeyError)):
        kind = "invalid"
    else:
        kind = "api"
    cause = error.__cause__
    answer(ok=False, kind=kind, type=names[0], message=str(error), cause=repr(cause) if cause else None)


def capabilities(sdk):
    import inspect
    from importlib import metadata
    functions = {name: list(inspect.signature(getattr(sdk, name)).parameters)
                 for name in CALLS if hasattr(sdk, name)}
    try:
        version = metadata.version("fiftyone")
    except metadata.PackageNotFoundError:
        version = None
    return {"functions": functions, "version": version, "python": sys.executable}


def main():
    try:
        import fiftyone.management as sdk
    except ModuleNotFoundError as error:
        return answer(ok=False, kind="sdk_missing", message=str(error), module=error.name)
    except BaseException as error:
        return answer(ok=False, kind="sdk_import_failed", type=type(error).__name__, message=str(error))
    answer(ok=True, result=capabilities(sdk))
    for line in sys.stdin:
        request = json.loads(line)
        call = getattr(sdk, request["call"], None) if request["call"] in CALLS else None
        if call is None:
            answer(ok=False, kind="unsupported", message=request["call"])
            continue
        try:
            answer(ok=True, result=plain(call(**request["arguments"])))
        except Exception as error:
            failure(error)


main()
)python";

}  // namespace orch::control
