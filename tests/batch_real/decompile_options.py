#!/usr/bin/env python3
"""What `ouro decompile` does with files, streams and bad input; its JSON and its summary.

    decompile_options.py --ouro build/ouro

The .pyc files are those of the Python that runs this, which must be 3.11.
"""

import argparse
import json
import marshal
import os
import pathlib
import py_compile
import subprocess
import sys
import tempfile

failures = []
checks = 0

GOOD = "class A:\n    def f(self, x=1):\n        return [y for y in x if y]\n"
LEVELS = "def f(x):\n    'doc'\n    assert x, 'text'\n    return __debug__\n"
CACHED = "__pycache__/{}.cpython-311{}.pyc"


def check(what, condition, detail=""):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print(f"FAILED: {what} {str(detail)[:800]}")


class Tree:
    def __init__(self, place):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=place.path))
        self.ouro = place.ouro

    def pyc(self, source, target, level=0):
        """A .pyc at `target`, of a source that does not stay."""
        path = self.path / target
        path.parent.mkdir(parents=True, exist_ok=True)
        script = self.path / "source.py"
        script.write_text(source)
        # A name that nothing else in this process holds or interns: marshal's bytes would show it.
        py_compile.compile(str(script), str(path), "".join(["m", ".py"]), doraise=True, optimize=level)
        script.unlink()
        return path

    def run(self, *arguments, **keywords):
        return subprocess.run([self.ouro, "decompile", *map(str, arguments)], cwd=self.path, capture_output=True, **keywords)

    def json(self, *arguments, **keywords):
        done = self.run("--json", *arguments, **keywords)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return rows[:-1], rows[-1]["summary"], done.returncode

    def sources(self):
        return sorted(str(path.relative_to(self.path)) for path in self.path.rglob("*.py"))


def unproven_pyc(tree, target):
    """Bytecode that no source gives: a NOP that nothing asks for."""
    path = tree.pyc("x = 1\ndef f(): return 2\n", target)
    data = path.read_bytes()
    code = marshal.loads(data[16:])
    nops = bytes([9, 0]) * 3  # NOP
    path.write_bytes(data[:16] + marshal.dumps(code.replace(co_code=code.co_code[:2] + nops + code.co_code[2:])))
    return path


def test_streams(new):
    tree = new()
    path = tree.pyc(GOOD, "a.pyc")
    done = tree.run("a.pyc")
    check("to standard output", (done.returncode, done.stdout.decode(), done.stderr) == (0, GOOD, b""), done)
    done = tree.run("-", input=path.read_bytes())
    check("from standard input", (done.returncode, done.stdout.decode()) == (0, GOOD), done)
    done = tree.run("--raw", "-", input=path.read_bytes()[16:])
    check("raw", (done.returncode, done.stdout.decode()) == (0, GOOD), done)
    tree.pyc("x = 1\n", "b.pyc")
    done = tree.run("a.pyc", "b.pyc")
    check("several", done.stdout.decode() == f"# a.pyc\n{GOOD}# b.pyc\nx = 1\n", done.stdout)
    check("several: summary", done.stderr.startswith(b"2 files: 2 exact, 0 equal, 0 unproven, 0 failed; 5 code objects"), done.stderr)
    tree.run("-o", "out", "-", input=path.read_bytes())
    check("standard input's file", tree.sources() == ["out/stdin.py"], tree.sources())


def test_outputs(new):
    tree = new()
    for name in ("top.pyc", "pkg/legacy.pyc", "pkg/sub/" + CACHED.format("c", ""), CACHED.format("d", ".opt-2")):
        tree.pyc(GOOD, "in/" + name)
    done = tree.run("-o", "out", "in")
    wanted = ["out/d.py", "out/pkg/legacy.py", "out/pkg/sub/c.py", "out/top.py"]
    check("a tree is mirrored", tree.sources() == wanted and done.returncode == 0, (tree.sources(), done))
    check("its text", (tree.path / "out/top.py").read_text() == GOOD)
    check("its summary", done.stdout.startswith(b"4 files: 4 exact"), done.stdout)
    (tree.path / "out/top.py").write_text("old")
    check("-q", tree.run("-q", "-o", "out", "in").stdout == b"" and (tree.path / "out/top.py").read_text() == GOOD)
    check("one file", tree.run("-o", "named.py", "in/top.pyc").returncode == 0 and (tree.path / "named.py").read_text() == GOOD)
    check("no leftovers", not [name for name in tree.path.rglob("*.py.*")])


def test_levels(new):
    tree = new()
    for level, tag in enumerate(("", ".opt-1", ".opt-2")):
        tree.pyc(LEVELS, "in/" + CACHED.format("m", tag), level)
    rows, summary, code = tree.json("-o", "out", "in")
    check("levels keep apart", tree.sources() == ["out/m.opt-1.py", "out/m.opt-2.py", "out/m.py"], tree.sources())
    check("levels are told by names", summary["exact"] + summary["equal"] == 3 and code == 0, rows)
    rows, _, _ = tree.json("-O", "2", "in/" + CACHED.format("m", ".opt-2"))
    check("-O", rows[0]["verdict"] in ("exact", "equal"), rows)
    tree.pyc("x = 1\n", "in/m.pyc")
    rows, summary, code = tree.json("-o", "out2", "in")
    check("one output each", summary["failed"] == 1 and code == 1 and any("error" in row for row in rows), rows)


def test_overwriting(new):
    tree = new()
    path = tree.pyc(GOOD, CACHED.format("m", ""))
    (tree.path / "m.py").write_text("precious")
    done = tree.run("-o", ".", ".")
    check("a source is kept", done.returncode == 1 and (tree.path / "m.py").read_text() == "precious" and b"--force" in done.stderr, done)
    check("--force", tree.run("-f", "-o", ".", ".").returncode == 0 and (tree.path / "m.py").read_text() == GOOD)
    os.rename(path, tree.path / "odd.py")
    before = (tree.path / "odd.py").read_bytes()
    done = tree.run("-f", "-o", "odd.py", "odd.py")
    check("the input is kept", done.returncode == 1 and (tree.path / "odd.py").read_bytes() == before, done)


def test_bad_input(new):
    tree = new()
    good = tree.pyc(GOOD, "good.pyc")
    data = good.read_bytes()
    files = {
        "empty.pyc": b"", "short.pyc": data[:20], "cut.pyc": data[:-9], "text.pyc": b"not a pyc at all", "new.pyc":
        (3531).to_bytes(2, "little") + b"\r\n" + data[4:], "old.pyc": (3394).to_bytes(2, "little") + b"\r\n" + data[4:],
    }
    for name, content in files.items():
        (tree.path / name).write_bytes(content)
    rows, summary, code = tree.json("-o", "out", *files, "missing.pyc", "good.pyc", "/dev/null")
    rows = {row["path"]: row for row in rows}
    check("bad files are told", code == 1 and summary["failed"] == len(files) + 2 and summary["exact"] == 1, summary)
    check("none stops the others", (tree.path / "out/good.py").read_text() == GOOD)
    check("only the good one is written", tree.sources() == ["out/good.py"], tree.sources())
    check("other versions are named", "CPython 3.12" in rows["new.pyc"]["error"]["msg"] and "3.7" in rows["old.pyc"]["error"]["msg"], rows["old.pyc"])
    check("errors have a type", rows["missing.pyc"]["error"]["type"] == "FileNotFoundError" and rows["cut.pyc"]["error"]["type"] == "EOFError", rows)
    (tree.path / "python2.pyc").write_bytes((62211).to_bytes(2, "little") + b"\r\n" + bytes(4) + b"c" + bytes(99))
    done = tree.run("python2.pyc")
    check("Python 2 is named", done.returncode == 1 and b"Python 2.7" in done.stderr, done)
    done = tree.run("-", input=data[:-9])
    check("a cut stream", (done.returncode, done.stdout) == (1, b"") and b"EOFError" in done.stderr, done)
    (tree.path / "nothing/in/it").mkdir(parents=True)
    done = tree.run("nothing")
    check("a directory without .pyc", done.returncode == 1 and b"nothing: " in done.stderr, done)
    text = tree.run("-o", "out", *files).stderr.decode()
    check("each is named", all(name in text for name in files), text)
    (tree.path / "blocked").write_text("")
    done = tree.run("-o", "blocked", "good.pyc")
    check("no directory", done.returncode == 1 and b"blocked" in done.stderr, done)
    with open("/dev/full", "w") as full:
        done = subprocess.run([tree.ouro, "decompile", str(good)], stdout=full, stderr=subprocess.PIPE)
    check("a full output", done.returncode == 1, done)


def test_unproven(new):
    tree = new()
    unproven_pyc(tree, "u.pyc")
    tree.pyc(GOOD, "good.pyc")
    rows, summary, code = tree.json("-o", "out", "u.pyc", "good.pyc")
    check("unproven is exit code 1", code == 1 and summary["unproven"] == 1 and summary["code"]["unproven"] >= 1, summary)
    verdicts = {row["path"]: row["verdict"] for row in rows}
    check("each has its verdict", verdicts == {"u.pyc": "unproven", "good.pyc": "exact"}, rows)
    source = (tree.path / "out/u.py").read_text()
    compile(source, "u.py", "exec")
    check("its disassembly is in comments", "NOP" in source and "unproven" in source, source)
    done = tree.run("-o", "out", "u.pyc")
    check("and it is named", b"u.pyc: unproven: <module>, line " in done.stderr, done.stderr)


def test_malformed(new):
    tree = new()
    path = tree.pyc("def f(x): return x\n\ndef g(y): return y\n", "m.pyc")
    data = path.read_bytes()
    code = marshal.loads(data[16:])
    f, g = (each for each in code.co_consts if isinstance(each, type(code)))
    consts = (f.replace(co_code=bytes([255, 0, 83, 0])), g, *code.co_consts[2:])
    path.write_bytes(data[:16] + marshal.dumps(code.replace(co_consts=consts)))
    rows, _, code = tree.json("m.pyc")
    verdicts = [each["verdict"] == "unproven" for each in rows[0]["code"]]
    check("only what is malformed is lost", verdicts == [False, True, False] and code == 1, rows)
    check("what is around it stands", rows[0]["source"].startswith("def f(x):") and "return y" in rows[0]["source"], rows)


def test_json(new):
    tree = new()
    tree.pyc(GOOD, "a.pyc")
    rows, summary, code = tree.json("a.pyc")
    check("fields", set(rows[0]) == {"path", "output", "verdict", "code", "source"}, rows)
    check("source", rows[0]["source"] == GOOD and rows[0]["output"] is None, rows)
    check("code objects", [(c["qualname"], c["line"]) for c in rows[0]["code"]] ==
          [("<module>", 1), ("A", 1), ("A.f", 2), ("A.f.<locals>.<listcomp>", 3)], rows)
    check("verdicts", all(c["verdict"] == "exact" and c["reason"] is None for c in rows[0]["code"]), rows)
    check("summary", set(summary) == {"files", "exact", "equal", "unproven", "failed", "code", "bytes", "seconds", "interrupted"}, summary)


def test_calls(new):
    tree = new()
    for arguments in ([], ["--style", "odd", "x"], ["-O", "3", "x"], ["-j", "-1", "x"], ["-", "-"], ["--odd", "x"],
                      ["-o", "a.py", "x", "y"], ["-o", "a.py", "."]):
        done = tree.run(*arguments)
        check(f"bad call {arguments}", done.returncode == 2 and b"ouro decompile" in done.stderr, done)
    done = tree.run("--help")
    check("help", done.returncode == 0 and b"Examples" in done.stdout)


def test_jobs(new):
    tree = new()
    for number in range(60):
        tree.pyc(GOOD.replace("A", f"A{number}"), f"in/m{number}.pyc")
    results = [tree.json("-j", jobs, "in")[0] for jobs in ("1", "4")]
    check("threads change nothing", results[0] == results[1] and len(results[0]) == 60)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    arguments = parser.parse_args()

    class Place:
        ouro = str(pathlib.Path(arguments.ouro).resolve())

    with tempfile.TemporaryDirectory() as directory:
        place = Place()
        place.path = directory
        for name, test in sorted(globals().items()):
            if name.startswith("test_"):
                test(lambda: Tree(place))
    print(f"{checks} checks, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
