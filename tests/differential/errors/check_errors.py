"""Compares what a program says about broken sources with what CPython says.

Run it with the CPython that is the oracle, or name one with --oracle:

    python3.11 check_errors.py PROGRAM [ARG...] [--tests] [--mutants N] [--seed S] [--nested] [--on-disk] [--stage syntax|compile]

PROGRAM reads sources from standard input (length in decimal, newline, bytes) and writes one JSON object a line: the
fields of the error, or "ok", and "warnings". With --stage syntax an error that only CPython's compiler finds counts as
none. With --covers, a text of an error or a warning in the sources of these folders fails that no source of --tests and
--cases provokes. With --on-disk CPython finds each source in a file, and quotes that. Exit code 1 if less than --bar percent are equal. --save writes the differing sources into a directory.
"""

import argparse
import ast
import collections
import json
import pathlib
import re
import subprocess
import sys
import sysconfig
import tempfile
import threading
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parent.parent)]
import cases
import collect
import messages
import oracles

FIELDS = "type", "msg", "lineno", "offset", "end_lineno", "end_offset", "text"


def expected_record(source, stage, filename="<source>"):
    """What CPython says: the fields of its error, or ok; and its warnings."""
    if isinstance(filename, pathlib.Path):
        filename.write_bytes(source)
        filename = str(filename)
    flags = ast.PyCF_ONLY_AST if stage == "syntax" else 0
    record = {"ok": True}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(source, filename, "exec", flags=flags, dont_inherit=True)
        except SyntaxError as error:
            record = {"type": type(error).__name__, **{field: getattr(error, field) for field in FIELDS[1:]}}
        except RecursionError as error:
            # Turning the tree into Python objects can fail where parsing did not.
            if stage != "syntax":
                record = dict.fromkeys(FIELDS)
                record.update(type="RecursionError", msg=str(error))
        except (MemoryError, ValueError, OverflowError, UnicodeError, SystemError) as error:
            record = dict.fromkeys(FIELDS)
            record.update(type=type(error).__name__, msg=str(error))
    record["warnings"] = [[w.category.__name__, str(w.message), w.lineno] for w in caught]
    return record


def program_records(command, sources):
    """What the program says, in the same order; None from where it died."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed():
        try:
            for source in sources:
                process.stdin.write(b"%d\n" % len(source) + source)
            process.stdin.close()
        except BrokenPipeError:
            pass

    thread = threading.Thread(target=feed)
    thread.start()
    records = []
    for line in process.stdout:
        records.append(json.loads(line.decode("utf-8", "surrogatepass")))
        if len(records) == len(sources):
            break
    thread.join()
    if process.wait() != 0:
        print(f"the program ended with {process.returncode} at source {len(records)}")
    return records + [None] * (len(sources) - len(records))


def difference(expected, actual):
    """None, or the group that the difference belongs to."""
    if actual is None:
        return "no answer"
    wanted = ["ok"] if "ok" in expected else [expected[f] for f in FIELDS]
    found = ["ok"] if "ok" in actual else [actual[f] for f in FIELDS]
    if wanted == found:
        return None

    def name(record):
        return "ok" if "ok" in record else f"{record['type']}: {re.sub(r'[0-9]+', 'N', record['msg'] or '')[:90]}"

    if name(expected) != name(actual):
        return f"{name(expected)}  |  {name(actual)}"
    fields = [f for f, a, b in zip(FIELDS, wanted, found) if a != b]
    return f"{name(expected)}  |  differs in {', '.join(fields)}"


def report(title, sources, expected, actual, arguments):
    groups = collections.defaultdict(list)
    rejected = equal = warned = warned_equal = 0
    for index, (source, want, got) in enumerate(zip(sources, expected, actual)):
        group = difference(want, got)
        rejected += "ok" not in want
        equal += "ok" not in want and group is None
        if group is not None:
            groups[group].append(index)
        if want["warnings"] or (got and got["warnings"]):
            warned += 1
            warned_equal += got is not None and want["warnings"] == got["warnings"]
    wrong = sum(map(len, groups.values()))
    percent = 100 * (1 - wrong / max(1, len(sources)))
    print(f"{title}: {len(sources)} sources, {rejected} rejected by CPython ({equal} equal), {wrong} differ: "
          f"{percent:.3f} %; warnings {warned_equal} of {warned}")
    for group, members in sorted(groups.items(), key=lambda item: -len(item[1]))[: arguments.groups]:
        print(f"  {len(members):5}  {group}")
        for index in members[: arguments.samples]:
            print(f"         #{index} {sources[index][:300]!r}")
            for record in (expected[index], actual[index]):
                print(f"           {None if record is None else {f: record.get(f) for f in FIELDS}}")
    if arguments.save:
        directory = pathlib.Path(arguments.save, title)
        directory.mkdir(parents=True, exist_ok=True)
        for members in groups.values():
            for index in members:
                (directory / f"{index}.py").write_bytes(sources[index])
    return percent


def restart_under(oracle):
    """This program again, with the same arguments, as the oracle's; does not return."""
    words = iter(sys.argv[1:])
    rest = []
    for word in words:
        if word == "--oracle":
            next(words)
        elif not word.startswith("--oracle="):
            rest.append(word)
    sys.exit(subprocess.run([oracle.executable, __file__, *rest]).returncode)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="+")
    parser.add_argument("--oracle", metavar="NAME", help="start again under this CPython; see oracles.py")
    parser.add_argument("--tests", action="store_true", help="the sources in CPython's own tests")
    parser.add_argument("--cases", action="store_true", help="the sources in cases.py")
    parser.add_argument("--covers", nargs="*", default=[], metavar="DIRECTORY")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="N mutants of the standard library")
    parser.add_argument("--nested", action="store_true", help="deep nesting of everything")
    parser.add_argument("--on-disk", action="store_true", help="errors quote a file; PROGRAM must know that")
    parser.add_argument("--files", nargs="*", default=[], help="these files")
    parser.add_argument("--seed", type=int, default=311)
    parser.add_argument("--stage", choices=("syntax", "compile"), default="compile")
    parser.add_argument("--bar", type=float, default=99.0, metavar="PERCENT")
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--samples", type=int, default=1)
    parser.add_argument("--save", metavar="DIRECTORY")
    arguments = parser.parse_args()
    if arguments.oracle:
        restart_under(oracles.find(arguments.oracle))

    corpora = []
    if arguments.files:
        corpora.append(("files", [pathlib.Path(f).read_bytes() for f in arguments.files]))
    if arguments.tests:
        corpora.append(("tests", collect.from_tests()))
    if arguments.cases:
        corpora.append(("cases", cases.SOURCES))
    if arguments.mutants:
        corpora.append(("mutants", collect.mutants(sysconfig.get_path("stdlib"), arguments.mutants, arguments.seed)))
    if arguments.nested:
        corpora.append(("nested", list(collect.nested())))
    worst = 100.0
    chosen = []  # what is said about sources that were chosen for it
    scratch = tempfile.TemporaryDirectory()
    filename = pathlib.Path(scratch.name, "source.py") if arguments.on_disk else "<source>"
    for title, sources in corpora:
        expected = [expected_record(source, arguments.stage, filename) for source in sources]
        actual = program_records(arguments.program, sources)
        worst = min(worst, report(title, sources, expected, actual, arguments))
        if title in ("tests", "cases"):
            chosen += actual
    missing = {}
    if arguments.covers:
        count, missing = messages.unprovoked(arguments.covers, chosen)
        print(f"{count - len(missing)} of {count} texts of messages provoked")
        for text, name in missing.items():
            print(f"  no source provokes {text!r} ({name})")
    return 0 if worst >= arguments.bar and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
