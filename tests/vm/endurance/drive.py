#!/usr/bin/env python3
"""Runs the programs beside it: long loops, many objects, deep recursion.

    drive.py --ouro PROGRAM [--full] [NAME...]

Without --full each takes a second or two. Prints what each says, its time and its peak memory.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import time

SIZES = {  # in the tests, and with --full
    "allocation": (2, 600), "finalisers": (20_000, 1_000_000), "generators": (500, 10_000), "threads": (100, 1_000),
    "recursion": (1, 20),
}


def run(ouro, name, size):
    path = pathlib.Path(__file__).parent / f"{name}.py"
    start = time.monotonic()
    process = subprocess.Popen([ouro, str(path), str(size)], stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(f"{name} {size}: {'ok' if code == 0 else f'exit code {code}'}, {time.monotonic() - start:.1f} s, "
          f"{usage.ru_maxrss // 1024} MiB", flush=True)
    return code == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    results = [run(options.ouro, name, sizes[options.full]) for name, sizes in SIZES.items()
               if not options.names or name in options.names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
