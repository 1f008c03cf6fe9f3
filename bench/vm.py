"""Runs pyperformance's interpreter-bound programs, unmodified, on several interpreters in turn.

    python3.11 bench/vm.py PYPERFORMANCE /usr/bin/python3.11 build/ouro [pypy3...] [--only nbody,go] [--time 2] [--cpu 0]

PYPERFORMANCE is a checkout of github.com/python/pyperformance. For each program and interpreter two ratios to the first
interpreter are printed: how many times as fast it is, and its peak memory (below 1: less). Times are processor time.
"""

import argparse
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent

# Those that need nothing outside of the standard library and are bound by the interpreter: folder without "bm_", arguments.
PROGRAMS = """
2to3; argparse subparsers; argparse many_optionals; async_generators; async_tree none; async_tree memoization
async_tree cpu_io_mixed; async_tree none --task-groups; async_tree memoization --task-groups
async_tree cpu_io_mixed --task-groups; barnes_hut; bpe_tokeniser; btree; chaos; comprehensions; coroutines; deepcopy
deltablue; fannkuch; float; generators; go; hexiom; logging; mdp; meteor_contest; nbody; nqueens; pathlib
pickle --pure-python pickle; pickle --pure-python unpickle; pprint; pyflate; raytrace; regex_compile; richards
richards_super; scimark; spectral_norm; typing_runtime_protocols; unpack_sequence; xml_etree --no-accelerator
"""


def programs():
    for line in PROGRAMS.strip().splitlines():
        for entry in line.split(";"):
            folder, *arguments = entry.split()
            yield folder, arguments


def run(interpreter, program, arguments, options, folder):
    """The times by benchmark and the peak memory in KiB, or a text that says what went wrong."""
    environment = {
        "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "BENCH_TIME": options.time,
        "PYTHONPATH": os.pathsep.join([str(HERE / "pyperf_standin"), str(program.parent.parent / "bm_2to3/vendor/src")]),
    }
    output = pathlib.Path(folder, "output")
    errors = pathlib.Path(folder, "errors")
    with open(output, "w") as out, open(errors, "w") as err:
        command = ["taskset", "-c", options.cpu, interpreter, str(program), *arguments]
        process = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        deadline = time.monotonic() + options.timeout
        while True:
            child, status = os.waitpid(process.pid, os.WNOHANG)
            if child:
                break
            if time.monotonic() > deadline:
                process.kill()
                os.waitpid(process.pid, 0)
                process.returncode = -9
                return "timeout"
            time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    times = {}
    for line in output.read_text().splitlines():
        words = line.split()
        if len(words) == 2:
            times[words[0]] = float(words[1])
    if process.returncode != 0 or not times:
        return (errors.read_text().strip().splitlines() or ["no result"])[-1][:90]
    return times, times.pop("peak_memory")


def geometric_mean(ratios):
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else float("nan")


class Tally:
    def __init__(self):
        self.speed, self.memory, self.failed = [], [], 0


def compare(title, outcomes, tallies):
    base = outcomes[0]
    if isinstance(base, str):
        print(f"{title:28} {base}")
        return
    for tally, outcome in zip(tallies, outcomes[1:]):
        if isinstance(outcome, str):
            tally.failed += 1
            print(f"{title:28} {outcome}", flush=True)
            continue
        memory = outcome[1] / base[1]
        tally.memory.append(memory)
        for name in base[0].keys() & outcome[0].keys():
            speed = base[0][name] / outcome[0][name]
            tally.speed.append(speed)
            print(f"{name:28} {base[0][name]:10.3g} s {speed:7.2f} x {memory:7.2f} memory", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pyperformance", type=pathlib.Path)
    parser.add_argument("interpreters", nargs="+", help="the first one is what the others are compared with")
    parser.add_argument("--only", help="names of folders, without bm_, separated by commas")
    parser.add_argument("--time", default="2", help="seconds for each benchmark")
    parser.add_argument("--timeout", type=float, default=600)
    parser.add_argument("--cpu", default="0")
    options = parser.parse_args()
    interpreters = [os.path.abspath(name) if os.sep in name else name for name in options.interpreters]
    benchmarks = options.pyperformance.resolve() / "pyperformance/data-files/benchmarks"
    tallies = [Tally() for _ in interpreters[1:]]
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in programs():
            if options.only and name not in options.only.split(","):
                continue
            program = benchmarks / f"bm_{name}" / "run_benchmark.py"
            outcomes = [run(interpreter, program, arguments, options, folder) for interpreter in interpreters]
            compare(" ".join([name, *arguments]), outcomes, tallies)
    for interpreter, tally in zip(interpreters[1:], tallies):
        if tally.speed:
            print(f"{interpreter}: {geometric_mean(tally.speed):.2f} times as fast (worst {min(tally.speed):.2f}), "
                  f"{geometric_mean(tally.memory):.2f} of the memory (most {max(tally.memory):.2f}), "
                  f"{tally.failed} programs failed")


if __name__ == "__main__":
    sys.exit(main())
