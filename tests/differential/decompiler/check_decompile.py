"""Decompiles what CPython compiled, has CPython compile the source again, and compares.

    check_decompile.py --ouro build/ouro --oracle debian-3.11 [TREE...] [--lib] [--levels 0,1,2] [--sample N] [--keep DIR]
        [--exact-files PERCENT] [--equal-files PERCENT] [--equal-code PERCENT] [--style exact|clean]
        [--positions columns|lines|none]

Every *.py below the trees is copied to a scratch directory and compiled there by the oracle; `ouro decompile` turns the
.pyc files back into source; the oracle compiles that, under the same names, with the same hash seed. Then all is
compared here, in Python: files byte for byte, code objects field by field. What ouro said of each is held against what
is found: a verdict better than the truth is wrong, and there may be none. Exit code 1 then, and where a share stays
below the bound that was given for it; bounds are percents, of files or code objects that are exact, or equal or better.
With `--positions lines` CPython keeps no columns (-X no_debug_ranges), neither time; with `none` the tables of the files
to decompile are emptied as well, so that nothing can be exact.
"""

import argparse
import collections
import json
import marshal
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import types

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import check_pyc  # noqa: E402
import oracles  # noqa: E402

HEADER = 16
VERDICTS = ["exact", "equal", "unproven"]
POSITIONS = ("co_firstlineno", "co_linetable")
FIELDS = (
    "co_code", "co_exceptiontable", "co_consts", "co_names", "co_varnames", "co_cellvars", "co_freevars", "co_name",
    "co_qualname", "co_filename", "co_flags", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_stacksize",
)


def value_key(value):
    """Equal for what is the same constant: by type, floats by their bits; code objects are judged by themselves."""
    if isinstance(value, types.CodeType):
        return "code"
    if isinstance(value, tuple):
        return "tuple", tuple(map(value_key, value))
    if isinstance(value, frozenset):
        return "frozenset", frozenset(map(value_key, value))
    if isinstance(value, float):
        return "float", struct.pack("<d", value)
    if isinstance(value, complex):
        return "complex", struct.pack("<dd", value.real, value.imag)
    return type(value).__name__, value


def compare_code(original, ours):
    """The verdict that is true of two code objects, those inside them apart."""
    for field in FIELDS:
        if value_key(getattr(original, field)) != value_key(getattr(ours, field)):
            return "unproven"
    same = all(getattr(original, field) == getattr(ours, field) for field in POSITIONS)
    return "exact" if same else "equal"


def flatten(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from flatten(constant)


def pairs(original, ours, verdicts):
    """Each code object of the original, with what stands in its place; None where nothing does. `verdicts`, in the
    same order: of what is unproven only definitions stand, in order of their lines."""
    some = next(verdicts, None) == "unproven"
    yield original, ours
    inner = [constant for constant in original.co_consts if isinstance(constant, types.CodeType)]
    theirs = [constant for constant in (ours.co_consts if ours else ()) if isinstance(constant, types.CodeType)]
    if some or len(inner) != len(theirs):
        by_name = collections.defaultdict(list)
        for code in sorted(theirs, key=lambda code: code.co_firstlineno) if some else theirs:
            by_name[code.co_qualname].append(code)
        found = {}
        for code in sorted(inner, key=lambda code: code.co_firstlineno) if some else inner:
            same = by_name[code.co_qualname]
            found[id(code)] = same.pop(0) if same else None
        theirs = [found[id(code)] for code in inner]
    for one, other in zip(inner, theirs):
        yield from pairs(one, other, verdicts)


class Tally:
    def __init__(self, behaviour):
        self.behaviour = behaviour  # "equal" is about what code does: fields alone can't confirm it
        self.files = collections.Counter()
        self.codes = collections.Counter()
        self.wrong = 0

    def complain(self, what):
        self.wrong += 1
        if self.wrong <= 20:
            print(f"wrong verdict: {what}", flush=True)

    def add(self, name, record, original, ours):
        """`ours` is None when the source did not compile."""
        if ours is None:
            self.complain(f"{name}: the source does not compile")
        same_bytes = ours is not None and original[HEADER:] == ours[HEADER:]
        truth = []
        said = record["code"]
        first = marshal.loads(original[HEADER:])
        second = marshal.loads(ours[HEADER:]) if ours is not None else None
        for place, (one, other) in enumerate(pairs(first, second, (one["verdict"] for one in said))):
            found = compare_code(one, other) if other is not None else "unproven"
            verdict = said[place]["verdict"] if place < len(said) else "none"
            truth.append(self.judge(f"{name}: {one.co_qualname}, line {one.co_firstlineno}", verdict, found))
        if len(truth) != len(said):
            self.complain(f"{name}: {len(said)} verdicts for {len(truth)} code objects")
        worst = max(truth, key=VERDICTS.index)
        if record["verdict"] == "exact" and not same_bytes:
            self.complain(f"{name}: exact, but its bytes differ")
        if worst == "exact" and not same_bytes:
            worst = "equal"
        self.files[worst] += 1
        self.codes.update(truth)

    def judge(self, what, verdict, found):
        """What counts: no more than was said, and no more than is true."""
        if verdict not in VERDICTS or said_better(verdict, found):
            if not (self.behaviour and verdict == "equal" and found == "unproven"):
                self.complain(f"{what}: said to be {verdict}, is {found}")
                return found
            return verdict
        return max(verdict, found, key=VERDICTS.index)


def said_better(verdict, found):
    return VERDICTS.index(verdict) < VERDICTS.index(found)


def share(counts, verdicts):
    total = sum(counts.values())
    return 100 * sum(counts[verdict] for verdict in verdicts) / total if total else 100.0


def decompile(arguments, pyc, source, level):
    command = [arguments.ouro, "decompile", "--json", "-O", str(level), "-o", str(source), "--style", arguments.style]
    start = time.monotonic()
    done = subprocess.run([*command, str(pyc)], capture_output=True, text=True, errors="surrogateescape")
    if done.returncode not in (0, 1):
        sys.exit(f"ouro decompile ended with {done.returncode}: {done.stderr[-2000:]}")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return rows[:-1], rows[-1]["summary"], time.monotonic() - start


def without_positions(code):
    constants = tuple(without_positions(one) if isinstance(one, types.CodeType) else one for one in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=constants)


def empty_tables(directory):
    for path in directory.rglob("*.pyc"):
        data = path.read_bytes()
        path.write_bytes(data[:HEADER] + marshal.dumps(without_positions(marshal.loads(data[HEADER:]))))


def check_level(arguments, oracle, place, names, level, hard_failures):
    first, source, second = place / "first", place / f"source{level}", place / "second"
    rows, summary, seconds = decompile(arguments, first / str(level), source, level)
    for row in rows:
        if row.get("error"):
            print(f"{row['path']}: {row['error']}")
            hard_failures.append(row["path"])
    recovered = [name for name in names if (source / name).exists()]
    check_pyc.run_oracle(oracle, source, recovered, str(second), str(level), 0, oracle_options(arguments))
    tally = Tally(arguments.style == "clean")
    reasons = collections.Counter()
    for row in rows:
        path = pathlib.Path(row["path"])
        again = second / str(level) / path.relative_to(first / str(level))
        if row["verdict"] is not None:
            tally.add(str(path), row, path.read_bytes(), again.read_bytes() if again.exists() else None)
        reasons.update(code["reason"] for code in row["code"] if code["verdict"] == "unproven")
    print(f"level {level}: {len(rows)} files, {summary['bytes'] / 1e6:.1f} MB in {seconds:.1f} s")
    for what, counts in (("files", tally.files), ("code objects", tally.codes)):
        print(f"  {what}: " + ", ".join(f"{v} {counts[v]} ({share(counts, [v]):.2f} %)" for v in VERDICTS))
    print(f"  wrong verdicts: {tally.wrong}")
    for reason, count in reasons.most_common(arguments.reasons):
        print(f"    {count:6} {reason}")
    return tally


def oracle_options(arguments):
    return () if arguments.positions == "columns" else ("-X", "no_debug_ranges")


def bounds_missed(arguments, tally):
    found = {
        "exact_files": share(tally.files, ["exact"]),
        "equal_files": share(tally.files, ["exact", "equal"]),
        "equal_code": share(tally.codes, ["exact", "equal"]),
    }
    missed = [name for name, value in found.items() if value < getattr(arguments, name)]
    for name in missed:
        print(f"FAILED: {name.replace('_', ' ')}: {found[name]:.3f} %, below {getattr(arguments, name)} %")
    return bool(missed)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--oracle", default="debian-3.11")
    parser.add_argument("--lib", action="store_true", help="the oracle's own library as well")
    parser.add_argument("--levels", default="0")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--style", default="exact", choices=["exact", "clean"])
    parser.add_argument("--positions", default="columns", choices=["columns", "lines", "none"])
    parser.add_argument("--keep", help="work in this directory and leave it behind")
    parser.add_argument("--reasons", type=int, default=0, help="how many of the most frequent reasons to print")
    for name in ("--exact-files", "--equal-files", "--equal-code"):
        parser.add_argument(name, type=float, default=0)
    parser.add_argument("trees", nargs="*")
    return parser.parse_args()


def run(arguments, oracle, place):
    names = check_pyc.copy_sources(arguments.trees, place / "original", arguments.sample)
    python = oracle.clean(str(place / "oracle"))
    first = place / "first"
    check_pyc.run_oracle(python, place / "original", names, str(first), arguments.levels, 0, oracle_options(arguments))
    if arguments.positions == "none":
        empty_tables(first)
    failed, errors = False, []
    for level in map(int, arguments.levels.split(",")):
        tally = check_level(arguments, python, place, names, level, errors)
        failed |= tally.wrong > 0 or bounds_missed(arguments, tally)
    return 1 if failed or errors else 0


def main():
    arguments = parse_arguments()
    arguments.ouro = str(pathlib.Path(arguments.ouro).resolve())
    oracle = oracles.find(arguments.oracle)
    if arguments.lib:
        arguments.trees.append(oracle.lib)
    if arguments.keep:
        return run(arguments, oracle, pathlib.Path(arguments.keep).resolve())
    with tempfile.TemporaryDirectory() as directory:
        return run(arguments, oracle, pathlib.Path(directory))


if __name__ == "__main__":
    sys.exit(main())
