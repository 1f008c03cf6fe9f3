"""Decompiles the same .pyc files with ouro and with other decompilers, and compares what comes of it.

    python3.11 bench/decompile.py [--build build] [--lib DIR] [--files N] [--tool NAME=COMMAND ...]

Every .py of the library is compiled by this CPython, which must be a 3.11; each tool gets the .pyc as its last argument
and prints source. The source is compiled again by this CPython. A file counts as "exact" when its bytes are the
original's, as "equal" when every code object is but for positions. Times are processor times of one process per file;
ouro is also timed once over all files in one process. pycdc is built from its public repository:

    python3.11 bench/decompile.py --tool pycdc=/path/to/pycdc
"""

import argparse
import marshal
import os
import pathlib
import random
import resource
import subprocess
import tempfile
import time
import types
import warnings

FIELDS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_stacksize", "co_flags", "co_code", "co_names",
          "co_varnames", "co_freevars", "co_cellvars", "co_name", "co_qualname", "co_exceptiontable")


def same_code(a, b):
    """Whether two code objects, with all inside them, are the same but for positions."""
    if any(getattr(a, name) != getattr(b, name) for name in FIELDS) or len(a.co_consts) != len(b.co_consts):
        return False
    return all(same_constant(x, y) for x, y in zip(a.co_consts, b.co_consts))


def same_constant(a, b):
    if isinstance(a, types.CodeType):
        return isinstance(b, types.CodeType) and same_code(a, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same_constant(x, y) for x, y in zip(a, b))
    return repr(a) == repr(b)


def children_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compile_library(lib, work, limit):
    """(.pyc, source's name, code, marshal bytes) of every module that compiles."""
    files = sorted(pathlib.Path(lib).rglob("*.py"))
    files = [f for f in files if "site-packages" not in f.parts and "lib2to3/tests/data" not in str(f)]
    if limit and len(files) > limit:
        files = random.Random(1).sample(files, limit)
    modules = []
    for number, name in enumerate(files):
        try:
            code = compile(name.read_bytes(), str(name), "exec", dont_inherit=True, optimize=0)
        except (SyntaxError, ValueError):
            continue
        data = marshal.dumps(code)
        out = work / f"{number}.pyc"
        out.write_bytes(b"\xa7\r\r\n" + bytes(12) + data)
        modules.append((out, str(name), code, data))
    return modules


def judge(source, name, code, data):
    """exact, equal, other (compiles to something else) or broken (does not compile)."""
    try:
        again = compile(source, name, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return "broken"
    if marshal.dumps(again) == data:
        return "exact"
    return "equal" if same_code(again, code) else "other"


def run_tool(command, modules):
    counts = dict.fromkeys(("exact", "equal", "other", "broken", "crash or over 20 s"), 0)
    start = children_time()
    for path, name, code, data in modules:
        try:
            result = subprocess.run([*command, str(path)], capture_output=True, timeout=20)
        except subprocess.TimeoutExpired:
            counts["crash or over 20 s"] += 1
            continue
        if result.returncode < 0:
            counts["crash or over 20 s"] += 1
            continue
        counts[judge(result.stdout, name, code, data)] += 1
    return counts, children_time() - start


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--lib", default="/usr/lib/python3.11")
    parser.add_argument("--files", type=int, default=0, help="that many files, chosen at random; 0: all")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=COMMAND")
    args = parser.parse_args()
    tools = [("ouro", [str(pathlib.Path(args.build) / "ouro"), "decompile"])]
    tools += [(name, command.split()) for name, command in (tool.split("=", 1) for tool in args.tool)]
    with tempfile.TemporaryDirectory(prefix="ouro-bench-") as work:
        work = pathlib.Path(work)
        modules = compile_library(args.lib, work, args.files)
        size = sum(os.path.getsize(path) for path, *_ in modules) / 1e6
        print(f"{len(modules)} files, {size:.1f} MB of .pyc")
        for name, command in tools:
            counts, seconds = run_tool(command, modules)
            right = counts["exact"] + counts["equal"]
            print(f"{name:12} {100 * right / len(modules):6.2f} % of files right ({counts['exact']} exact, {counts['equal']} equal), "
                  f"{counts['other']} other code, {counts['broken']} do not compile, {counts['crash or over 20 s']} crash; "
                  f"{seconds:.1f} s = {size / seconds:.2f} MB/s with a process for each", flush=True)
        before, start = children_time(), time.perf_counter()
        subprocess.run([*tools[0][1], "-j", "1", "-o", str(work / "out"), *(str(path) for path, *_ in modules)],
                       capture_output=True)
        seconds = children_time() - before
        print(f"ouro, one process, one thread, proof included: {seconds:.2f} s = {size / seconds:.2f} MB/s "
              f"({time.perf_counter() - start:.2f} s of wall time)")


if __name__ == "__main__":
    main()
