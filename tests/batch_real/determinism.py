#!/usr/bin/env python3
"""The bytes of a .pyc depend on its source and nothing else: one tree, compiled in many ways, comes out the same.

    determinism.py --ouro build/ouro [TREE]

TREE is python3.11's standard library (without its tests) where none is named.
"""

import argparse
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import scratch


def digest(root):
    """name -> hash of everything under a directory of .pyc files."""
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*.pyc"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("tree", nargs="?", default="/usr/lib/python3.11")
    arguments = parser.parse_args()
    with scratch.Scratch(arguments.ouro) as place:
        ouro, lib = place.ouro, place.path / "lib"
        shutil.copytree(arguments.tree, lib, ignore=shutil.ignore_patterns("__pycache__", "lib2to3", "test", "tests"))
        files = sorted(str(path.relative_to(place.path)) for path in lib.rglob("*.py"))
        names = "\0".join(files).encode()
        shuffled = list(files)
        random.Random(3).shuffle(shuffled)
        base = [ouro, "compile", "-f", "-q", "-O", "0,1,2"]
        listed = ["--files-from", "-", "-0"]
        # name -> command, working directory, environment, input; what is embedded is lib/... in each of them
        ways = {
            "-j 1": ([*base, "-j", "1", "lib"], place.path, {}, b""),
            "-j 2": ([*base, "-j", "2", "lib"], place.path, {}, b""),
            "-j 8": ([*base, "-j", "8", "lib"], place.path, {}, b""),
            "a list": ([*base, "-j", "2", *listed], place.path, {}, names),
            "a shuffled list": ([*base, "-j", "3", *listed], place.path, {}, "\0".join(shuffled).encode()),
            "one process per 40 files": (["xargs", "-0", "-n", "40", *base, "-j", "1"], place.path, {}, names),
            "another locale": ([*base, "-j", "2", "lib"], place.path, {"LC_ALL": "tr_TR.UTF-8", "LANG": "C"}, b""),
            "no environment": ([*base, "-j", "2", "lib"], place.path, None, b""),
            "another HOME": ([*base, "-j", "2", "lib"], place.path, {"HOME": "/nonexistent", "TZ": "Asia/Tokyo"}, b""),
            "another directory": ([*base, "-s", str(place.path), str(lib)], "/", {}, b""),
            "another hash seed": ([*base, "lib"], place.path, {"PYTHONHASHSEED": "77"}, b""),
            "a small stack": (["sh", "-c", 'ulimit -s 256; exec "$@"', "sh", *base, "-j", "2", "lib"], place.path, {}, b""),
            "no stack limit": (["sh", "-c", 'ulimit -s unlimited 2>/dev/null; exec "$@"', "sh", *base, "lib"], place.path, {}, b""),
        }
        expected, bad = None, 0
        for name, (command, directory, change, data) in ways.items():
            environment = {} if change is None else {**os.environ, **change}
            cache = place.path / "cache"
            position = command.index(ouro) + 2
            command = [*command[:position], "--pycache-prefix", str(cache), *command[position:]]
            done = subprocess.run(command, cwd=directory, env=environment, input=data, capture_output=True)
            found = digest(cache)
            shutil.rmtree(cache)
            expected = expected or found
            same = found == expected and done.returncode == 0
            bad += not same
            print(f"{name}: {'the same' if same else 'DIFFERENT'}")
            if not same:
                changed = sorted(key for key in found.keys() | expected.keys() if found.get(key) != expected.get(key))
                print(f"  exit code {done.returncode}, {len(changed)} files, {changed[:5]} {done.stderr[-500:]!r}")
        print(f"{len(files)} sources, {len(expected)} .pyc files, {len(ways)} ways, {bad} different")
    return 1 if bad or not expected else 0


if __name__ == "__main__":
    sys.exit(main())
