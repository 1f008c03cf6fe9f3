"""Fails when a CPython 3.11 instruction or syntax node occurs in no file that the other tests compare with CPython.

    check_coverage.py --opcodes src/bytecode/opcodes_311.def --nodes src/syntax/nodes.def TREE...

The compared files are those of the running CPython's standard library and of the trees (see the tests pyc_*_lib). What
they hold is found out with CPython's own `ast` and `dis`.
"""

import argparse
import ast
import dis
import pathlib
import re
import sys
import types
import warnings

# Never in a code object of a module; the reason beside each.
ABSENT = {"PRINT_EXPR": "interactive mode only"}


def instructions(code, seen):
    seen.update(instruction.opname for instruction in dis.get_instructions(code, show_caches=True))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            instructions(constant, seen)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opcodes", required=True)
    parser.add_argument("--nodes", required=True)
    parser.add_argument("trees", nargs="*", type=pathlib.Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    opcodes = {name for name, number in re.findall(r"^OPCODE\((\w+), (\d+),", pathlib.Path(args.opcodes).read_text(), re.M)
               if int(number) < 256}
    nodes = set(re.findall(r"^(?:EXPR|STMT|PATTERN)\((\w+),", pathlib.Path(args.nodes).read_text(), re.M))
    seen_opcodes, seen_nodes = set(), set()
    trees = [pathlib.Path(ast.__file__).parent, *args.trees]
    sources = [path.read_bytes() for tree in trees for path in sorted(tree.rglob("*.py"))]
    for source in sources:
        try:
            tree = ast.parse(source)
            seen_nodes.update(type(node).__name__ for node in ast.walk(tree))
            instructions(compile(source, "x", "exec"), seen_opcodes)
        except (SyntaxError, ValueError, RecursionError):
            continue
    missing = sorted((opcodes - seen_opcodes - set(ABSENT)) | (nodes - seen_nodes))
    for name in missing:
        print(f"no compared file has {name}")
    print(f"{len(opcodes & seen_opcodes)} of {len(opcodes)} instructions, {len(nodes & seen_nodes)} of {len(nodes)} nodes")
    sys.exit(1 if missing else 0)


main()
