"""Which functions programs run, in the order in which the linker is to place them.

    python3.11 tools/function_order.py build/ouro PYPERFORMANCE > cmake/function_order.txt

needs valgrind, and a checkout of github.com/python/pyperformance. First come the functions that only a start runs, then
those that a start and programs run, then those of programs, the most common ones first. The system maps a program's
pages by 64 KiB around each that is touched, so functions that stand side by side save memory and page faults. Names that a
later build does not have are passed over by the linker: a list that is somewhat old does no harm.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = """
nbody; richards; deltablue; logging; pathlib; unpack_sequence; generators; coroutines; comprehensions
typing_runtime_protocols; chaos; float; go; argparse subparsers; async_tree none
"""


def instructions(command, folder):
    """Instructions by function."""
    output = pathlib.Path(folder, "callgrind")
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "BENCH_TIME": "0.001",
                   "PYTHONPATH": str(HERE.parent / "bench/pyperf_standin")}
    subprocess.run(["valgrind", "-q", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={output}", *command],
                   env=environment, stdout=subprocess.DEVNULL, check=True)
    names, costs = {}, collections.Counter()
    function, in_call = None, False
    for line in output.read_text().splitlines():
        if found := re.match(r"(c?)fn=\((\d+)\)(?: (.*))?", line):
            callee, number, name = found.groups()
            if name:
                names[number] = re.sub(r"'\d+$", "", name)
            if not callee:
                function = names[number]
        elif line.startswith("calls="):
            in_call = True
        elif line and (line[0].isdigit() or line[0] in "+-*"):
            if not in_call and function:
                costs[function] += int(line.split()[1])
            in_call = False
    return costs


def functions_of(program):
    lines = subprocess.run(["nm", program], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    words = map(str.split, lines)
    return {name for _, kind, name in (entry for entry in words if len(entry) == 3) if kind in "tTwW"}


def main():
    program, pyperformance = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    benchmarks = pyperformance / "pyperformance/data-files/benchmarks"
    steady = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        start = instructions([program, "-c", "pass"], folder)
        for entry in PROGRAMS.strip().replace("\n", ";").split(";"):
            name, *arguments = entry.split()
            script = benchmarks / f"bm_{name}" / "run_benchmark.py"
            for function, cost in instructions([program, str(script), *arguments], folder).items():
                steady[function] += cost > start[function] * 1.02
    order = [function for function in start if not steady[function]]
    order += [function for function in start if steady[function]]
    order += sorted((function for function in steady if function not in start), key=lambda name: -steady[name])
    known = functions_of(program)
    print("\n".join(function for function in order if function in known))


if __name__ == "__main__":
    main()
