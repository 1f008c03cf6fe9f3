"""Writes what CPython's `python -m py_compile` writes, for many files, as fresh processes would.

Run it with the CPython that is to be the oracle:

    pythonX.Y oracle_pyc.py OUT LEVELS < file names, one a line

For each name and level, OUT/LEVEL/NAME.pyc is the file that a fresh `pythonX.Y -m py_compile NAME` leaves. A fresh
state is had by forking a process that has done all that `-m py_compile` does before it compiles, and nothing else;
each file is compiled in a fork of its own. Files that do not compile leave nothing. Names are relative to the current
directory and are embedded as given.
"""

import os
import sys
import warnings


def prepare():
    # What runpy and py_compile.main() import before the first compile().
    import argparse
    import importlib._bootstrap_external
    import importlib.machinery
    import importlib.util
    import py_compile
    import runpy  # noqa: F401

    parser = argparse.ArgumentParser(description="A simple command-line interface for py_compile module.")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("filenames", nargs="+")
    parser.parse_args(["x.py"])
    return py_compile


def main():
    out, levels = sys.argv[1], [int(level) for level in sys.argv[2].split(",")]
    names = [line.rstrip("\n") for line in sys.stdin]
    py_compile = prepare()
    warnings.simplefilter("ignore")
    workers = os.cpu_count() or 1
    running = {}
    for name in names:
        if len(running) >= workers:
            pid, _ = os.wait()
            running.pop(pid)
        pid = os.fork()
        if pid == 0:
            for level in levels:
                child = os.fork()
                if child == 0:
                    target = os.path.join(out, str(level), name + "c")
                    try:
                        py_compile.compile(name, target, doraise=True, optimize=level)
                    except BaseException:
                        os._exit(1)
                    os._exit(0)
                os.waitpid(child, 0)
            os._exit(0)
        running[pid] = name
    while running:
        pid, _ = os.wait()
        running.pop(pid)


main()
