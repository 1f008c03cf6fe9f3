#!/usr/bin/env python3
"""Runs CPython's own test_py_compile and test_compileall with `sys.executable` set to ouro.

    cpython_tests.py --ouro build/ouro [--verbose]

The tests come from the installation of the cpython-3.11 oracle, unchanged, and run in it; what they start as a Python
is ouro. Every test must pass. Prints a line per test that started ouro.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "differential"))

MODULES = ("test.test_py_compile", "test.test_compileall")


class Starter:
    """Counts the starts of ouro."""

    def __init__(self, ouro):
        self.count = 0
        start = subprocess.Popen.__init__

        def counting_start(popen, args, *rest, **keywords):
            self.count += not isinstance(args, str) and args[0] == ouro
            return start(popen, args, *rest, **keywords)

        subprocess.Popen.__init__ = counting_start


def make_results(starter):
    import unittest

    class Results(unittest.TestResult):
        """Keeps (test, outcome, starts of ouro, traceback) of each test."""

        rows = []

        def startTest(self, test):
            super().startTest(test)
            self.outcome, self.trace, self.before = "passed", "", starter.count

        def addSkip(self, test, reason):
            self.outcome = f"skipped: {reason}"

        def addError(self, test, error):
            self.outcome, self.trace = "failed", self._exc_info_to_string(error, test)

        addFailure = addError

        def addSubTest(self, test, subtest, error):
            if error is not None:
                self.addError(test, error)

        def stopTest(self, test):
            self.rows.append((test, self.outcome, starter.count - self.before, self.trace))

    return Results()


def run_inside(ouro, verbose):
    """Runs in the oracle."""
    import unittest

    from test.support import script_helper

    # The helper asks once, by running -c, whether the interpreter needs environment variables: it does not.
    vars(script_helper)["__cached_interp_requires_environment"] = False
    starter = Starter(ouro)
    suite = unittest.defaultTestLoader.loadTestsFromNames(MODULES)
    sys.executable = ouro
    results = make_results(starter)
    suite.run(results)
    return report(results.rows, starter, verbose)


def report(rows, starter, verbose):
    bad = passed = with_ouro = 0
    for test, outcome, started, trace in rows:
        bad += outcome == "failed"
        with_ouro += started > 0
        passed += started > 0 and outcome == "passed"
        if started or outcome != "passed":
            print(f"{test.id().removeprefix('test.')}: {outcome}")
        if outcome == "failed" or (verbose and trace):
            print(trace)
    print(f"{len(rows)} tests, {with_ouro} of them start ouro: {passed} passed, {bad} failed; "
          f"ouro was started {starter.count} times")
    return 1 if bad else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    ouro = os.path.abspath(arguments.ouro)
    if arguments.inside:
        return run_inside(ouro, arguments.verbose)
    import oracles

    oracle = oracles.find("cpython-3.11")
    if not (pathlib.Path(oracle.lib) / "test" / "test_compileall.py").exists():
        print("skipped: the oracle has no test package")
        return 77
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [oracle.executable, __file__, "--inside", "--ouro", ouro] + ["--verbose"] * arguments.verbose
    return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
