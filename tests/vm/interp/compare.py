#!/usr/bin/env python3
"""Runs the programs of cases/ on ouro and on python3.11 and compares what they print.

    compare.py --ouro PROGRAM [--python /usr/bin/python3.11] [--stress N] [NAME...]

--stress N: a full collection at every Nth allocation of ouro's.
"""
import argparse
import os
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
ONLY_OURO = "malformed"  # how the names of programs begin that CPython, which checks little, does not survive


def run(command, path, environment):
    done = subprocess.run([*command, "-W", "ignore", str(path)], capture_output=True, text=True, timeout=120,
                          env=environment)
    return done.returncode, done.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--stress")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    failed = 0
    for path in sorted((here / "cases").glob("*.py")):
        if options.names and path.stem not in options.names:
            continue
        stress = {"OURO_GC_STRESS": options.stress} if options.stress else {}
        code, output = run([options.ouro, "-S"], path, environment | stress)
        expected = (0, "survived\n") if path.stem.startswith(ONLY_OURO) else run([options.python, "-S"], path, environment)
        if (code, output) == expected:
            continue
        failed += 1
        print(f"{path.stem}: exit code {code}, expected {expected[0]}")
        for ours, theirs in zip(output.splitlines(), expected[1].splitlines()):
            if ours != theirs:
                print("  ouro:   ", ours)
                print("  python: ", theirs)
                break
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
