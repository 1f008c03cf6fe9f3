"""Compares the .pyc files of `ouro compile` with those of a fresh `python -m py_compile`, byte for byte.

    check_pyc.py --ouro build/ouro --oracle debian-3.11 TREE... [--lib] [--levels 0,1,2] [--sample N] [--keep DIR]

Every *.py below the trees is copied to a scratch directory with its time, compiled there by both, and compared. The
oracle runs with PYTHONHASHSEED=0. A file that differs is compiled by the oracle again
under other hash seeds; when the oracle then disagrees with itself, the file is listed as one that CPython writes
differently from run to run, and does not count as a failure. Exit code 0 when nothing else differs.
"""

import argparse
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import oracles

HERE = pathlib.Path(__file__).resolve().parent


def copy_sources(trees, target, sample):
    names = []
    for tree in trees:
        tree = pathlib.Path(tree)
        root = target / tree.name
        for path in sorted(tree.rglob("*.py")):
            relative = path.relative_to(tree)
            if {"__pycache__", "site-packages", "dist-packages"} & set(relative.parts) or not path.is_file():
                continue
            names.append((path, root / relative))
    if sample and sample < len(names):
        step = len(names) / sample
        names = [names[int(i * step)] for i in range(sample)]
    for source, copy in names:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
        shutil.copystat(source, copy)
    return [str(copy.relative_to(target)) for _, copy in names]


def run_oracle(python, scratch, names, out, levels, seed, options=()):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["PYTHONHASHSEED"] = str(seed)
    subprocess.run(
        [python, *options, str(HERE / "oracle_pyc.py"), out, levels],
        input="\n".join(names) + "\n", text=True, cwd=scratch, env=environment, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run_ouro(ouro, scratch, names, prefix, levels):
    return subprocess.run(
        [ouro, "compile", "--pycache-prefix", prefix, "-O", levels, "-f", "-q", "-W", "ignore", "--files-from", "-"],
        input="\n".join(names) + "\n", text=True, cwd=scratch, capture_output=True)


def read(path):
    try:
        return pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        return None


def ouro_path(scratch, prefix, name, level):
    name = pathlib.Path(scratch) / name
    tag = "cpython-311" + (f".opt-{level}" if level else "")
    return pathlib.Path(prefix) / str(name.parent).lstrip("/") / f"{name.stem}.{tag}.pyc"


def classify(expected, actual):
    if actual is None:
        return "ouro wrote nothing"
    if expected is None:
        return "only ouro wrote a file"
    if expected[:16] != actual[:16]:
        return "header"
    if len(expected) != len(actual):
        return "length"
    return "bytes"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--oracle", required=True, help="a name that oracles.py knows")
    parser.add_argument("--lib", action="store_true", help="compare the oracle's own standard library")
    parser.add_argument("--levels", default="0,1,2")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--keep")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("trees", nargs="*")
    args = parser.parse_args()
    oracle = oracles.find(args.oracle)
    trees = args.trees + ([oracle.lib] if args.lib else [])
    scratch = pathlib.Path(args.keep or tempfile.mkdtemp(prefix="ouro-check-"))
    scratch.mkdir(parents=True, exist_ok=True)
    names = copy_sources(trees, scratch, args.sample)
    levels = [int(level) for level in args.levels.split(",")]
    python = oracle.clean(scratch / "venv")
    start = time.time()
    run_oracle(python, scratch, names, str(scratch / "oracle"), args.levels, 0)
    oracle_seconds = time.time() - start
    start = time.time()
    prefix = str(scratch / "ouro")
    shutil.rmtree(prefix, ignore_errors=True)
    run_ouro(os.path.abspath(args.ouro), scratch, names, prefix, args.levels)
    ouro_seconds = time.time() - start

    differing = collections.defaultdict(list)
    equal = rejected = 0
    for name in names:
        for level in levels:
            expected = read(scratch / "oracle" / str(level) / (name + "c"))
            actual = read(ouro_path(scratch, prefix, name, level))
            if expected is None and actual is None:
                rejected += 1
            elif expected == actual:
                equal += 1
            else:
                differing[name].append((level, classify(expected, actual)))
    unstable = []
    if differing:
        for seed in (1, 2, 3):
            other = scratch / f"oracle-{seed}"
            run_oracle(python, scratch, sorted(differing), str(other), args.levels, seed)
            for name in differing:
                same = all(read(scratch / "oracle" / str(level) / (name + "c")) == read(other / str(level) / (name + "c"))
                           for level, _ in differing[name])
                if not same:
                    unstable.append(name)
    for name in sorted(set(unstable)):
        print(f"unstable: {name}: CPython itself writes it differently from run to run (set order)")
        del differing[name]
    causes = collections.Counter(cause for found in differing.values() for _, cause in found)
    for name in sorted(differing)[: args.show]:
        print(f"differs: {name}: " + ", ".join(f"level {level}: {cause}" for level, cause in differing[name]))
    print(f"{oracle.name} ({oracle.version}): {len(names)} files, levels {args.levels}: {equal} equal, {rejected} rejected by both, "
          f"{sum(causes.values())} different {dict(causes)}, {len(set(unstable))} unstable; "
          f"oracle {oracle_seconds:.1f} s, ouro {ouro_seconds:.2f} s")
    if not args.keep:
        shutil.rmtree(scratch)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
