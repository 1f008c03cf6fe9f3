"""Compares the trees of ouro's parser with those of CPython's ast module.

    python3.11 ast_diff.py DUMP_PROGRAM PATH... [--reference] [--only-valid]

PATHs are .py files or directories. A file that CPython accepts must be accepted with an equal dump; one that
it rejects must be rejected. Prints each difference and a summary; exit code 1 when there are any.
"""

import argparse
import ast
import os
import subprocess
import sys
import warnings


def python_files(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(files):
                if name.endswith(".py"):
                    yield os.path.join(folder, name)


def expected(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source, path)
        return ast.dump(tree, include_attributes=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        return error


def first_difference(ours, theirs):
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    begin = max(0, at - 300)
    return "  ours:    ...%s\n  CPython: ...%s" % (ours[begin:at + 150], theirs[begin:at + 150])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--reference", action="store_true")
    arguments = parser.parse_args()
    sys.set_int_max_str_digits(0)
    sys.setrecursionlimit(100000)
    command = [arguments.program] + (["reference"] if arguments.reference else [])
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    counts = {"equal": 0, "both reject": 0, "different": 0, "rejected": 0, "accepted": 0}
    for path in python_files(arguments.paths):
        child.stdin.write(os.fsencode(path) + b"\n")
        child.stdin.flush()
        header = child.stdout.readline().split()
        if len(header) != 2:
            print("the program ended at", path)
            return 1
        text = child.stdout.read(int(header[1])).decode("utf-8", "surrogatepass")
        want = expected(path)
        if isinstance(want, str):
            if header[0] != b"ok":
                counts["rejected"] += 1
                print("rejected: %s: %s" % (path, text))
            elif text == want:
                counts["equal"] += 1
            else:
                counts["different"] += 1
                print("different: %s\n%s" % (path, first_difference(text, want)))
        elif header[0] == b"ok":
            counts["accepted"] += 1
            print("accepted: %s: CPython says %r" % (path, want))
        else:
            counts["both reject"] += 1
    child.stdin.close()
    child.wait()
    print(", ".join("%s %d" % item for item in counts.items()))
    return 1 if counts["different"] + counts["rejected"] + counts["accepted"] else 0


if __name__ == "__main__":
    sys.exit(main())
