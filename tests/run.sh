#!/usr/bin/env bash
# Runs all tests of a built tree and ends with a line of counts.
set -uo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
unset PYTHONDONTWRITEBYTECODE
ctest --test-dir "$build" --output-on-failure -j 2 | tee "$log"
status=${PIPESTATUS[0]}
passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*Passed' "$log")
failed=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*(Failed|Timeout|Exception|Not Run)' "$log")
skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*Skipped' "$log")
# A unit-test program is one of ctest's tests; count the cases inside.
for program in "$build"/tests/ouro_*_tests; do
  cases=$("$program" --gtest_list_tests 2>/dev/null | grep -c '^  ')
  passed=$((passed + cases - 1))
done
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
