#!/usr/bin/env python3
"""Runs the scripts of cases/ on CPython 3.11 and on ouro, and compares what they print.

    compare.py --ouro PROGRAM [--python PROGRAM] [CASE...]

Addresses count as equal; str hashes are fixed by PYTHONHASHSEED, so that the order of sets is compared too.
"""
import argparse
import difflib
import os
import re
import subprocess
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases")


def output_of(program, case):
    environment = dict(os.environ, PYTHONHASHSEED="0")
    result = subprocess.run([program, "-S", "-B", case], env=environment, capture_output=True, timeout=120)
    text = (result.stdout + result.stderr).decode("utf-8", "backslashreplace")
    return re.sub("0x[0-9a-f]+", "0x...", text).splitlines()


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    failed = 0
    for name in options.cases or sorted(os.listdir(FOLDER)):
        case = os.path.join(FOLDER, name)
        expected, found = output_of(options.python, case), output_of(options.ouro, case)
        if expected == found:
            continue
        failed += 1
        print("\n".join(difflib.unified_diff(expected, found, "python " + name, "ouro " + name, lineterm="", n=0)))
    print("%d of the scripts differ" % failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
