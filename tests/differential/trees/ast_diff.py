"""Compares the trees of ouro's parser with those of CPython's ast module.

    python3.11 ast_diff.py DUMP_PROGRAM PATH... [--reference] [--cases FILE] [--lib]

PATHs are .py files or directories; --lib is the library of the Python that runs this; --cases takes snippets
from a file. A file that CPython accepts must be accepted with an equal dump; one that
it rejects must be rejected. Prints each difference and a summary; exit code 1 when there are any.
"""

import argparse
import ast
import os
import subprocess
import sys
import sysconfig
import tempfile
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


def snippets(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines, _, blocks = text.partition("\n---\n")
    yield from (line for line in lines.split("\n") if not line.startswith("# "))
    yield from blocks.rstrip("\n").split("\n===\n")


def write_snippets(path, folder):
    """A file for each snippet, with and without a newline at its end."""
    for number, snippet in enumerate(snippets(path)):
        for kind, end in ("a", "\n"), ("b", ""):
            with open(os.path.join(folder, "%04d%s.py" % (number, kind)), "wb") as file:
                file.write((snippet + end).encode("utf-8", "surrogatepass"))


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


def shown(path):
    """The name, and of a snippet the text."""
    with open(path, "rb") as file:
        source = file.read(400)
    return path if len(source) == 400 else "%s %r" % (os.path.basename(path), source)


def first_difference(ours, theirs):
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
    begin = max(0, at - 300)
    return "  ours:    ...%s\n  CPython: ...%s" % (ours[begin:at + 150], theirs[begin:at + 150])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--reference", action="store_true")
    parser.add_argument("--cases")
    parser.add_argument("--lib", action="store_true")
    arguments = parser.parse_args()
    if arguments.lib:
        arguments.paths.append(sysconfig.get_path("stdlib"))
    with tempfile.TemporaryDirectory() as folder:
        if arguments.cases:
            write_snippets(arguments.cases, folder)
            arguments.paths.append(folder)
        return compare(arguments)


def compare(arguments):
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
                print("rejected: %s: %s" % (shown(path), text))
            elif text == want:
                counts["equal"] += 1
            else:
                counts["different"] += 1
                print("different: %s\n%s" % (shown(path), first_difference(text, want)))
        elif header[0] == b"ok":
            counts["accepted"] += 1
            print("accepted: %s: CPython says %r" % (shown(path), want))
        else:
            counts["both reject"] += 1
    child.stdin.close()
    child.wait()
    print(", ".join("%s %d" % item for item in counts.items()))
    return 1 if counts["different"] + counts["rejected"] + counts["accepted"] else 0


if __name__ == "__main__":
    sys.exit(main())
