"""Compares our code objects with those of the CPython that runs this script, field by field.

    python3.11 code_diff.py --tool build/tests/differential/code_diff/ouro_code_dump PATH...

PATH is a file or a directory. For each file, the first differing function is reported with its fields; causes are
counted at the end. Exit status 1 when anything differs.
"""

import argparse
import collections
import dis
import difflib
import io
import json
import marshal
import os
import pathlib
import subprocess
import sys
import warnings

FIELDS = (
    "co_name co_qualname co_firstlineno co_flags co_argcount co_posonlyargcount co_kwonlyargcount co_nlocals "
    "co_varnames co_cellvars co_freevars co_names co_filename"
).split()
LAST_FIELDS = "co_code co_stacksize co_linetable co_exceptiontable".split()


def is_code(value):
    return hasattr(value, "co_code")


def constant_key(value):
    """Tells constants apart that compare equal."""
    if isinstance(value, tuple):
        return ("tuple", tuple(constant_key(item) for item in value))
    if isinstance(value, frozenset):
        return ("frozenset", tuple(constant_key(item) for item in value))
    if is_code(value):
        return "code"
    return (type(value).__name__, repr(value))


def differences(ours, theirs):
    """Yields (qualified name, field, ours, theirs); inner code objects first."""
    if [constant_key(c) for c in ours.co_consts] != [constant_key(c) for c in theirs.co_consts]:
        yield theirs.co_qualname, "co_consts", ours, theirs
    else:
        for a, b in zip(ours.co_consts, theirs.co_consts):
            if is_code(a):
                yield from differences(a, b)
    for field in FIELDS + LAST_FIELDS:
        if getattr(ours, field) != getattr(theirs, field):
            yield theirs.co_qualname, field, ours, theirs


def listing(code):
    out = io.StringIO()
    for i in dis.get_instructions(code, show_caches=False):
        p = i.positions
        argument = i.argrepr if "at 0x" not in i.argrepr else "code"
        print(f"{i.opname} {i.arg} ({argument})  {p.lineno}:{p.col_offset}-{p.end_lineno}:{p.end_col_offset}", file=out)
    return out.getvalue().splitlines()


def first_difference(ours, theirs):
    """A word for the cause: the first instructions that differ."""
    a, b = listing(ours), listing(theirs)
    for x, y in zip(a, b):
        if x != y:
            x, y = x.split(), y.split()
            if x[0] != y[0]:
                return f"{x[0]} for {y[0]}"
            return f"{x[0]}: argument" if x[1] != y[1] else f"{x[0]}: position"
    return "length" if len(a) != len(b) else "tables only"


class Tool:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, level, path):
        self.process.stdin.write(b"%d %s\n" % (level, os.fsencode(path)))
        self.process.stdin.flush()
        header = json.loads(self.process.stdout.readline())
        return header, self.process.stdout.read(header["size"])


def error_fields(e):
    fields = {"type": type(e).__name__, "msg": str(e)}
    for name in ("lineno", "offset", "end_lineno", "end_offset", "text"):
        fields[name] = getattr(e, name, None)
    if isinstance(e, SyntaxError):
        fields["msg"] = e.msg
    return fields


def oracle(path, level):
    with open(path, "rb") as file:
        source = file.read()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            code = compile(source, str(path), "exec", dont_inherit=True, optimize=level)
            # Through marshal, so that a frozenset's items are in the order in which they are written and read.
            code = marshal.loads(marshal.dumps(code))
        except Exception as e:
            return None, error_fields(e), []
    return code, None, [[w.category.__name__, str(w.message), w.lineno] for w in caught]


def check(tool, path, level, show):
    """Returns the cause of the difference, or None."""
    code, error, messages = oracle(path, level)
    try:
        header, data = tool.ask(level, path)
    except (json.JSONDecodeError, BrokenPipeError):
        return "crash"
    if header["status"] == "error" or error:
        mine = header.get("error")
        if mine == error:
            return None
        show(f"error: ours {mine}\n     theirs {error}")
        return f"error: {(mine or {}).get('msg')} for {(error or {}).get('msg')}"
    cause = None
    for name, field, ours, theirs in differences(marshal.loads(data), code):
        where = f" ({first_difference(ours, theirs)})" if field in LAST_FIELDS else ""
        cause = field + where
        show(f"{name}: {field}\n  ours   {getattr(ours, field)!r:.300}\n  theirs {getattr(theirs, field)!r:.300}")
        if field in ("co_code", "co_linetable"):
            show("\n".join(list(difflib.unified_diff(listing(ours), listing(theirs), "ours", "theirs", n=4))[:60]))
        break
    if cause is None and header["warnings"] != messages:
        show(f"warnings: ours {header['warnings']}\n        theirs {messages}")
        cause = "warnings"
    return cause


def files_of(paths):
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.py"))
        else:
            yield path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--level", type=int, default=0)
    parser.add_argument("--show", type=int, default=5, help="how many differences of each cause to show")
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    tool = Tool(arguments.tool)
    causes = collections.Counter()
    equal = total = 0
    for path in files_of(arguments.paths):
        total += 1
        notes = []
        cause = check(tool, path, arguments.level, notes.append)
        if cause == "crash":
            tool = Tool(arguments.tool)
        if cause is None:
            equal += 1
            continue
        causes[cause] += 1
        if causes[cause] <= arguments.show:
            print(f"== {path}: {cause}")
            print("\n".join(notes))
    for cause, count in causes.most_common():
        print(f"{count:6} {cause}")
    print(f"{equal} of {total} equal")
    return 0 if equal == total else 1


if __name__ == "__main__":
    sys.exit(main())
