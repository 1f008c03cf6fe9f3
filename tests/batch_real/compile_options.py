#!/usr/bin/env python3
"""Every option of `ouro compile`, its JSON, its bar and its summary; bytes against py_compile of the Python
that runs this.

    compile_options.py --ouro build/ouro
"""

import argparse
import json
import os
import pathlib
import py_compile
import pty
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import scratch

Mode = py_compile.PycInvalidationMode
failures = []
checks = 0
FIELDS = {"path", "target", "level", "status", "output", "bytes", "warnings"}
ERROR_FIELDS = {"type", "msg", "lineno", "offset", "end_lineno", "end_offset", "text"}


def check(what, condition, detail=""):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print(f"FAILED: {what} {str(detail)[:500]}")


class Tree:
    def __init__(self, place):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=place.path))
        self.ouro = place.ouro
        for name, content in {"a.py": b"'doc'\nassert 1\n", "same.py": b"x = 1\n", "pkg/b.py": b"y = 2\n",
                              "pkg/sub/c.py": b"z = 3\n", "notes.txt": b"", "script": b"print(1)\n"}.items():
            scratch.put(self.path, name, content)

    def run(self, *arguments, **keywords):
        return subprocess.run([self.ouro, "compile", *arguments], cwd=self.path, capture_output=True, **keywords)

    def json(self, *arguments, **keywords):
        rows = [json.loads(line) for line in self.run("--json", *arguments, **keywords).stdout.splitlines()]
        return rows[:-1], rows[-1]["summary"]

    def pycs(self):
        return sorted(str(path.relative_to(self.path)) for path in self.path.rglob("*.pyc"))

    def equals(self, output, source, name=None, level=0, mode=Mode.TIMESTAMP):
        expected = self.path / "expected"
        # In a process of its own: marshal's bytes depend on which strings others hold.
        code = "import py_compile as p, sys; a = sys.argv; p.compile(a[1], a[2], a[3], True, int(a[4]), " \
               "p.PycInvalidationMode(int(a[5])))"
        subprocess.run([sys.executable, "-c", code, str(self.path / source), str(expected), name or source, str(level),
                        str(mode.value)], check=True)
        return (self.path / output).read_bytes() == expected.read_bytes()


A = "__pycache__/a.cpython-311{}.pyc"


def test_where_and_what(new):
    tree = new()
    check("a tree", tree.run(".").returncode == 0 and len(tree.pycs()) == 4, tree.pycs())
    check("its bytes", tree.equals(A.format(""), "a.py", "./a.py"))
    tree = new()
    check("a file without .py", tree.run("script").returncode == 0 and tree.pycs() == ["__pycache__/scriptcpython-311.pyc"], tree.pycs())
    tree = new()
    tree.run("--level", "2,0", "-O", "1", "a.py")
    check("levels", tree.pycs() == sorted(A.format(tag) for tag in ("", ".opt-1", ".opt-2")), tree.pycs())
    check("bytes of levels", all(tree.equals(A.format(tag), "a.py", level=n) for n, tag in enumerate(("", ".opt-1", ".opt-2"))))
    tree = new()
    tree.run("-b", "a.py")
    check("--legacy", tree.pycs() == ["a.pyc"])
    tree.run("--pycache-prefix", "cache", "pkg")
    check("--pycache-prefix", (tree.path / f"cache{tree.path}/pkg/b.cpython-311.pyc").exists(), tree.pycs())
    tree = new()
    tree.run("--hardlink-dupes", "-O", "0,1,2", ".")
    links = {name: (tree.path / name).stat().st_nlink for name in tree.pycs()}
    check("--hardlink-dupes", links["__pycache__/same.cpython-311.pyc"] == 3 and links[A.format(".opt-2")] == 1, links)
    tree = new()
    tree.run("-x", "same", "--exclude", "sub/", ".")
    check("-x", len(tree.pycs()) == 2, tree.pycs())
    for depth, count in (("0", 2), ("1", 3), ("2", 4)):
        tree = new()
        tree.run("--max-levels", depth, ".")
        check("--max-levels", len(tree.pycs()) == count, tree.pycs())
    for separator, extra in (("\n", []), ("\0", ["-0"])):
        tree = new()
        tree.run("--files-from", "-", *extra, input=separator.join(["a.py", "pkg", ""]).encode())
        check("--files-from -", len(tree.pycs()) == 3, tree.pycs())
    (tree.path / "list").write_text("same.py\n")
    tree.run("--files-from", "list", "a.py")
    check("--files-from FILE", len(tree.pycs()) == 4)
    tree = new()
    tree.run("-s", str(tree.path), "-p", "/usr", str(tree.path / "pkg/b.py"))
    check("-s -p", tree.equals("pkg/__pycache__/b.cpython-311.pyc", "pkg/b.py", "/usr/pkg/b.py"))


def test_modes_and_staleness(new):
    for name, mode in (("timestamp", Mode.TIMESTAMP), ("checked-hash", Mode.CHECKED_HASH), ("unchecked-hash", Mode.UNCHECKED_HASH)):
        tree = new()
        arguments = ["--invalidation-mode", name, "a.py"]

        def status(*more):
            return tree.json(*arguments, *more)[0][0]["status"]

        check(f"{name} compiles", status() == "compiled" and tree.equals(A.format(""), "a.py", mode=mode))
        check(f"{name} is fresh", status() == "fresh")
        check(f"{name} --force", status("-f") == "compiled")
        os.utime(tree.path / "a.py", (1, 1))
        check(f"{name} after touch", status() == ("compiled" if mode is Mode.TIMESTAMP else "fresh"))
        (tree.path / "a.py").write_text("other = 1\n")
        os.utime(tree.path / "a.py", (1, 1))
        check(f"{name} after a change", status() == "compiled")
        (tree.path / A.format("")).write_bytes(b"cut")
        check(f"{name} after damage", status() == "compiled")
        others = [other for other in ("timestamp", "checked-hash", "unchecked-hash") if other != name]
        check("another mode is stale", tree.json("--invalidation-mode", others[0], "a.py")[0][0]["status"] == "compiled")
    tree = new()
    tree.run("a.py", env={"SOURCE_DATE_EPOCH": "1"})
    check("SOURCE_DATE_EPOCH", tree.equals(A.format(""), "a.py", mode=Mode.CHECKED_HASH))


def test_json(new):
    tree = new()
    scratch.put(tree.path, "bad.py", b"x = (1,\n  2\ny = 3\n")
    scratch.put(tree.path, "warn.py", b"if x is 1:\n    pass\n")
    scratch.put(tree.path, "nul.py", b"x\0")
    rows, summary = tree.json("-O", "0,1", ".", "missing.py")
    for row in rows:
        extra = {"error"} if row["status"] == "failed" else set()
        check("fields", set(row) == FIELDS | extra and row["target"] == "3.11" and row["level"] in (0, 1), row)
    check("one row per file and level", len(rows) == 16, len(rows))
    by_name = {(row["path"], row["level"]): row for row in rows}
    error = by_name["./bad.py", 0]["error"]
    try:
        compile((tree.path / "bad.py").read_bytes(), str(tree.path / "bad.py"), "exec")
    except SyntaxError as expected:
        same = all(error[field] == getattr(expected, field) for field in ERROR_FIELDS - {"type"})
        check("error fields", set(error) == ERROR_FIELDS and error["type"] == "SyntaxError" and same, error)
    check("null where there is none", by_name["./nul.py", 0]["error"]["lineno"] is None, by_name["./nul.py", 0])
    check("an OSError", by_name["missing.py", 1]["error"]["type"] == "FileNotFoundError")
    check("warnings", by_name["./warn.py", 0]["warnings"][0]["category"] == "SyntaxWarning", by_name["./warn.py", 0])
    size = (tree.path / A.format("")).stat().st_size
    check("bytes and output", by_name["./a.py", 0]["bytes"] == size and by_name["./a.py", 0]["output"] == "./" + A.format(""))
    wanted = {"files": 8, "compiled": 10, "fresh": 0, "failed": 6, "skipped": 0}
    check("summary", {key: summary[key] for key in wanted} == wanted and summary["seconds"] >= 0, summary)
    check("no colour", b"\x1b" not in tree.run(".", "-f").stderr)


def test_reports(new):
    tree = new()
    scratch.put(tree.path, "bad.py", b"def f():\n    return )\n")
    done = tree.run("-O", "0,1,2", ".")
    caret = b'  File "./bad.py", line 2\n    return )\n           ^\nSyntaxError: unmatched \')\'\n'
    check("caret message, once", done.stderr == caret and done.returncode == 1, done.stderr)
    check("summary", re.fullmatch(rb"5 files: 12 compiled, 0 fresh, 3 failed, 0 skipped; .* in [0-9.]+ s\n", done.stdout), done.stdout)
    check("-q", tree.run("-q", "-f", "a.py").stdout == b"")
    scratch.put(tree.path, "warn.py", b"if x is 1:\n    pass\n")
    check("a warning", b"warn.py:1: SyntaxWarning" in tree.run("-f", "warn.py").stderr)
    check("-W ignore", tree.run("-f", "-W", "ignore", "warn.py").stderr == b"")
    check("-W error", tree.run("-f", "-W", "error", "warn.py").returncode == 1)
    for jobs in ("0", "1", "3"):
        check("-j", tree.run("-f", "-j", jobs, "pkg").returncode == 0)
    check("--target", tree.run("--target", "3.11", "a.py").returncode == 0)
    check("--help", b"Examples:" in tree.run("--help").stdout)
    for bad in ([], ["-O", "3", "a.py"], ["--target", "2.7", "a.py"], ["--bogus"], ["-x", "(", "."], ["-W", "bogus", "."],
                ["--invalidation-mode", "x", "."], ["-j", "-1", "."], ["-b", "-O", "0,1", "."], ["--max-levels", "x", "."]):
        done = tree.run(*bad)
        check(f"bad call {bad}", done.returncode == 2 and done.stderr and not done.stdout, done)


def test_bar(new):
    tree = new()
    body = b"def f%d(a):\n    return [i * a for i in range(10)]\n"
    text = b"".join(body % i for i in range(6000))
    for number in range(200):
        scratch.put(tree.path, f"many/m{number}.py", text)
    master, slave = pty.openpty()
    process = subprocess.Popen([tree.ouro, "compile", "-j", "1", "many"], cwd=tree.path, stdout=subprocess.DEVNULL,
                               stderr=slave, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    drawn = b""
    try:
        while chunk := os.read(master, 4096):
            drawn += chunk
    except OSError:
        pass  # the other end is closed
    process.wait()
    if drawn:
        check("bar with rate and remaining time", re.search(rb"\[[#-]+\] \d+/200 files  \d+/s  \d\d:\d\d left", drawn), drawn[:200])
        check("the bar is taken away", drawn.endswith(b"\r\x1b[K"), drawn[-50:])
    else:
        print("left out: the bar (the work took less than a second)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    arguments = parser.parse_args()
    os.environ.pop("SOURCE_DATE_EPOCH", None)
    with scratch.Scratch(arguments.ouro) as place:
        for test in (test_where_and_what, test_modes_and_staleness, test_json, test_reports, test_bar):
            test(lambda: Tree(place))
    print(f"{checks} checks, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
