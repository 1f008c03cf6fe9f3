"""Measures ouro against CPython 3.11 on the same files in one run, and prints ratios (above 1: ouro is better).

    python3.11 bench/run.py [--build build] [--python /usr/bin/python3.11] [--lib DIR] [--only NAME]

Each figure is the best of several rounds, the two programs in turn. Nothing here is a test.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import warnings

IN_PROCESS = r"""
import marshal, sys, time, warnings
warnings.simplefilter("ignore")
sources = []
for name in sys.stdin.read().split("\n"):
    if name:
        with open(name, "rb") as f:
            sources.append((name, f.read()))
best = 1e9
for _ in range(int(sys.argv[1])):
    start = time.perf_counter()
    for name, source in sources:
        try:
            marshal.dumps(compile(source, name, "exec", dont_inherit=True, optimize=0))
        except (SyntaxError, ValueError):
            pass
    best = min(best, time.perf_counter() - start)
print(best)
"""


SMALL_MODULE = '''"""Module number {0} of many."""

import os
from collections import namedtuple

__all__ = ["Thing_{0}", "make"]


class Thing_{0}(namedtuple("Thing", "name size")):
    """A thing with a name and a size."""

    def path(self, root):
        return os.path.join(root, self.name)


def make(name, size={0}):
    if not name:
        raise ValueError("a thing needs a name")
    return Thing_{0}(name, size)
'''


class Bench:
    def __init__(self, args):
        self.build, self.python = pathlib.Path(args.build), args.python
        self.ouro = str(self.build / "ouro")
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="ouro-bench-"))
        self.lib = self.work / "lib"
        shutil.copytree(args.lib, self.lib, ignore=shutil.ignore_patterns("__pycache__", "site-packages", "*.so", "*.a"))
        self.files = sorted(str(p) for p in self.lib.rglob("*.py"))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        self.rounds = args.rounds
        self.copies = 0
        self.trees = pathlib.Path(tempfile.mkdtemp(prefix="ouro-bench-", dir=args.scratch))

    def say(self, name, theirs, ours, unit):
        print(f"{name:44} {theirs:10.3f} {ours:10.3f} {unit:4} {theirs / ours:7.2f} x", flush=True)

    def compile_rate(self, files):
        """Seconds of ouro's in-process compile and marshal of these files."""
        out = subprocess.run([str(self.build / "bench/ouro_bench_compile"), str(self.rounds)], input="\n".join(files),
                             capture_output=True, text=True, check=True).stdout.split()
        return float(out[0]), int(out[1])

    def in_process(self):
        theirs = min(float(subprocess.run([self.python, "-S", "-c", IN_PROCESS, "2"], input="\n".join(self.files),
                                          capture_output=True, text=True, check=True).stdout) for _ in range(2))
        ours, _ = self.compile_rate(self.files)
        self.say("compile + marshal in process, one thread", theirs, ours, "s")

    def timed(self, command):
        """Seconds and peak KiB of a command over a fresh copy of the library, whose path is added to it. A copy each time:
        ext4 is slow to create files right after many were deleted."""
        self.copies += 1
        copy = self.trees / f"lib{self.copies}"
        shutil.copytree(self.lib, copy)
        start = time.perf_counter()
        process = subprocess.Popen(command + [str(copy)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=self.environment)
        _, _, usage = os.wait4(process.pid, 0)
        self.last_copy = copy
        return time.perf_counter() - start, usage.ru_maxrss

    def compileall(self):
        command = ["-m", "compileall", "-q", "-f", "-j", "2"]
        theirs, ours, memory = [], [], []
        for _ in range(self.rounds):
            theirs.append(self.timed([self.python] + command))
            ours.append(self.timed([self.ouro] + command))
        self.say("compileall -q -f -j 2, wall", min(t for t, _ in theirs), min(t for t, _ in ours), "s")
        self.say("  peak memory of the largest process", min(m for _, m in theirs) / 1024, min(m for _, m in ours) / 1024, "MiB")
        sizes = self.trees / "sizes"
        rows = []
        for path in sorted(self.last_copy.rglob("*.py")):
            name, cached = str(path), path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc"
            if cached.exists():
                rows.append(f"{name}\t{cached.stat().st_size}")
        sizes.mkdir()
        start = time.perf_counter()
        subprocess.run([str(self.build / "bench/ouro_bench_floor"), str(sizes)], input="\n".join(rows), text=True, check=True)
        floor = time.perf_counter() - start
        print(f"{'  floor: read and write the same sizes':44} {'':10} {floor:10.3f} s", flush=True)

    def scaling(self):
        """Time per byte of extreme sources against that of the library: below 2 is linear."""
        seconds, size = self.compile_rate(self.files)
        per_byte = seconds / size
        print(f"{'time per byte of the library':44} {per_byte * 1e9:10.2f} ns")
        for name, text in scaling_sources(self.files):
            path = self.work / f"{name}.py"
            path.write_text(text)
            seconds, size = self.compile_rate([str(path)])
            print(f"{'  ' + name:44} {seconds / size * 1e9:10.2f} ns   {seconds / size / per_byte:7.2f} of it", flush=True)
        small = self.work / "small"
        small.mkdir()
        names = []
        for i in range(50_000):
            names.append(str(small / f"module_{i}.py"))
            pathlib.Path(names[-1]).write_text(SMALL_MODULE.format(i))
        seconds, size = self.compile_rate(names)
        print(f"{'  50000 small files':44} {seconds / size * 1e9:10.2f} ns   {seconds / size / per_byte:7.2f} of it", flush=True)

    def close(self):
        shutil.rmtree(self.work)
        shutil.rmtree(self.trees)


def library_text(files, size):
    """Real modules one after the other, those that can stand so, up to a size."""
    parts, total = [], 0
    for name in files:
        text = pathlib.Path(name).read_bytes()
        if b"__future__" in text or b"coding" in text or b"\f" in text or not text.isascii():
            continue
        try:
            compile(text, name, "exec")
        except (SyntaxError, ValueError):
            continue
        parts.append(text.decode() + "\n")
        total += len(text)
        if total > size:
            break
    return "".join(parts)


def scaling_sources(files):
    yield "library_as_one_10MB_file", library_text(files, 10_000_000)
    line = "value_{0} = function_{1}(value_{1}, {0}) + other[{1}]\n"
    text = "value_0 = 0\n" + "".join(line.format(i, i // 2) for i in range(1, 200_000))
    yield "200000_dense_lines", text
    yield "one_5MB_string", "x = '" + "a" * 5_000_000 + "'\n"
    yield "one_5MB_bytes", "x = b'" + "ab\\x00c" * 800_000 + "'\n"
    yield "dict_10000", "x = {" + ", ".join(f"'key_{i}': {i}" for i in range(10_000)) + "}\n"
    yield "dict_10000_names", "x = {" + ", ".join(f"key_{i}: value_{i}" for i in range(10_000)) + "}\n"
    yield "list_200000", "x = [" + ", ".join(str(i) for i in range(200_000)) + "]\n"
    yield "nested_functions_100", "".join(f"{' ' * i}def function_{i}(a_{i}):\n" for i in range(99)) + " " * 99 + "pass\n"
    yield "if_chain_10000", "if a == 0: pass\n" + "".join(f"elif a == {i}:\n    b = {i}\n" for i in range(1, 900))
    yield "functions_20000", "".join(f"def function_{i}(a, b=1):\n    return a + {i}\n" for i in range(20_000))


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--python", default="/usr/bin/python3.11")
    parser.add_argument("--lib", default="/usr/lib/python3.11")
    parser.add_argument("--scratch", help="where trees are compiled; a tmpfs leaves the disk out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["in_process", "compileall", "scaling"])
    args = parser.parse_args()
    bench = Bench(args)
    print(f"{len(bench.files)} files; {'':28} {'CPython':>10} {'ouro':>10}")
    for name in ("in_process", "compileall", "scaling"):
        if args.only in (None, name):
            getattr(bench, name)()
    bench.close()


if __name__ == "__main__":
    main()
