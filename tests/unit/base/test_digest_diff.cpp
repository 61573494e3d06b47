#include <doctest/doctest.h>

#include "base/diff.h"
#include "base/digest.h"

using namespace orch;

TEST_CASE("sha256 of FIPS 180-2") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("unified diffs") {
  CHECK(unified_diff("a", "same\n", "b", "same\n").empty());
  CHECK(unified_diff("a", "1\n2\n3\n", "b", "1\n3\n") ==
        "--- a\n+++ b\n@@ -1,3 +1,2 @@\n 1\n-2\n 3\n");
  CHECK(unified_diff("a", "x", "b", "x\n") ==
        "--- a\n+++ b\n@@ -1,1 +1,1 @@\n-x\n\\ No newline at end of file\n+x\n");
  CHECK(unified_diff("/dev/null", "", "b", "x\n") == "--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+x\n");
}
