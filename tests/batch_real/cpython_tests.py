#!/usr/bin/env python3
"""Runs CPython's own test_py_compile and test_compileall with `sys.executable` set to ouro.

    cpython_tests.py --ouro build/ouro [--verbose]

The tests come from the installation of the cpython-3.11 oracle, unchanged, and run in it; what they start as a Python
is ouro. Every test must pass but for those in NEEDS_INTERPRETER, each with the reason why ouro alone can't run it;
one of those that does pass is a failure too. They are then run again with ouro for `-m py_compile` and `-m compileall`
and CPython for everything else, and must pass: CPython runs what ouro has compiled. Prints a line per test that
started ouro.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "differential"))

RUNS_PYC = "runs the compiled module to see its traceback"
IMPORTS_PYC = "imports the hard-linked modules in a new process"
# test -> why it needs a virtual machine
NEEDS_INTERPRETER = {
    "test_d_runtime_error": RUNS_PYC,
    "test_ddir_empty_multiple_workers": RUNS_PYC,
    "test_ddir_empty_only_one_worker": RUNS_PYC,
    "test_ddir_multiple_workers": RUNS_PYC,
    "test_ddir_only_one_worker": RUNS_PYC,
    "test_strip_only": RUNS_PYC,
    "test_strip_and_prepend": RUNS_PYC,
    "test_import": IMPORTS_PYC,
}

MODULES = ("test.test_py_compile", "test.test_compileall")
COMPILING = {"py_compile", "compileall"}


def reason_of(test):
    """Why a test needs an interpreter; None: it does not."""
    parts = test.id().split(".")
    for key, reason in NEEDS_INTERPRETER.items():
        name, _, where = key.partition(" ")
        if parts[-1] == name and parts[-2].startswith(where):
            return reason
    return None


class Starter:
    """Counts the starts of ouro, and sends what is no compiling to CPython where `mixed` is set."""

    def __init__(self, ouro, python):
        self.ouro, self.python, self.count, self.mixed = ouro, python, 0, False
        start = subprocess.Popen.__init__

        def counting_start(popen, args, *rest, **keywords):
            if not isinstance(args, str) and args[0] == ouro:
                if self.mixed and not COMPILING & set(args):
                    args = [python, *args[1:]]
                else:
                    self.count += 1
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
    starter = Starter(ouro, sys.executable)
    suite = unittest.defaultTestLoader.loadTestsFromNames(MODULES)
    again = unittest.TestSuite([test for test in flat(unittest.defaultTestLoader.loadTestsFromNames(MODULES))
                                if reason_of(test)])
    sys.executable = ouro
    results = make_results(starter)
    suite.run(results)
    pure = list(results.rows)
    starter.mixed = True
    results.rows.clear()
    again.run(results)
    mixed = {test.id(): (outcome, trace) for test, outcome, _, trace in results.rows}
    return report(pure, mixed, starter, verbose)


def flat(suite):
    import unittest

    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flat(test)
        else:
            yield test


def report(pure, mixed, starter, verbose):
    bad = passed = needing = with_ouro = 0
    for test, outcome, started, trace in pure:
        reason = reason_of(test)
        wrong = outcome == "failed"
        if reason is not None:
            needing += 1
            again, again_trace = mixed[test.id()]
            wrong = outcome == "passed" or again != "passed"
            trace += again_trace
            outcome = f"{outcome} alone: {reason}; {again} with CPython as the interpreter"
        bad += wrong
        with_ouro += started > 0
        passed += started > 0 and outcome == "passed"
        if started or outcome != "passed":
            print(f"{test.id().removeprefix('test.')}: {outcome}")
        if wrong or (verbose and trace):
            print(trace)
    print(f"{len(pure)} tests, {with_ouro} of them start ouro: {passed} passed, {needing} need an interpreter "
          f"(all run again with one), {bad} wrong; ouro was started {starter.count} times")
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
