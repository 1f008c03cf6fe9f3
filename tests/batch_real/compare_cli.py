#!/usr/bin/env python3
"""Runs `-m py_compile` and `-m compileall` in CPython and in ouro, on equal trees, and compares all that can be seen:
standard output, standard error, exit code, and the tree afterwards (names, bytes, permission bits, hard links).

    compare_cli.py --ouro build/ouro [--oracle debian-3.11] [--only TEXT] [--verbose]

A command line on which CPython ends in a traceback of its own is compared by exit code and tree. Where several workers
print as they please, lines are compared sorted. No other difference is allowed but those of DELIBERATE, each with its
reason (see docs/compileall.md), and one of these that is none is a failure too.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "differential")]
import oracles
import scratch

NEW_LINE_NAME = "new\nline.py"
INVALID_NAME = os.fsdecode(b"inv\xff.py")
INVALID_BAD_NAME = os.fsdecode(b"invbad\xff.py")


NO_NAME_LOST = "CPython unlinks the file that it is about to link to; ouro keeps it"
DELIBERATE = {
    "empty -x": "CPython ends in an AttributeError; ouro takes an empty expression for none",
    "one file twice": NO_NAME_LOST,
    "one level twice": "CPython ends in a ValueError; ouro has nothing to link",
    "self link": "CPython ends in a RuntimeError and leaves out the rest; ouro goes on",
    "not UTF-8 list": "CPython ends in a UnicodeDecodeError; ouro takes names as bytes",
}


class Case:
    def __init__(self, module, arguments, before=(), env=None, stdin=b"", user=False, twice=False, sort=False,
                 differs=None, search_path=False):
        self.search_path = search_path
        self.differs = differs
        self.module, self.arguments, self.before = module, list(arguments), list(before)
        self.env, self.stdin, self.user, self.twice, self.sort = env or {}, stdin, user, twice, sort

    def __str__(self):
        env = "".join(f"{k}={v} " for k, v in self.env.items())
        notes = (" as nobody" if self.user else "") + (" twice" if self.twice else "")
        return f"{env}{' '.join(self.before + ['-m', self.module])} {self.arguments!r}{notes}"


def py_compile_cases():
    def case(*arguments, **keywords):
        return Case("py_compile", arguments, **keywords)

    for name in scratch.SOURCES:
        yield case(os.fsdecode(name))
    for name in scratch.LINKS:
        yield case(name)
    for depth in (2971, 2972):
        yield case(f"deep/{depth}.py")
    for name in ("bad.py", "indent.py", "notutf8.py", "missing.py", "pkg", INVALID_BAD_NAME):
        yield case("-q", name)
    for name in ("missing.py", "no/such/dir.py", "pkg", "odd/directory.py", "blocked/mod.py", "outputs/isdir.py",
                 "outputs/linked.py", "outputs/mod.py", "a.py/x.py", "", "modes/executable.py", "modes/private.py",
                 "modes/readonly.py", "modes/shared.py", "./a.py", "pkg/../a.py", "pkg//mod.py", "/dev/null",
                 "x" * 250 + ".py", "/dev/fd/0"):
        yield case(name)
    yield case("a.py", "bad.py", "empty.py")
    yield case("missing.py", "a.py")
    yield case("a.py", "pkg/mod.py", "good/one.py", twice=True)
    yield case()
    yield case("-h-")
    yield case("-z")
    yield case("--quiet", "--", "-")
    yield case("--qui", "bad.py")
    yield case("--quiet=3", "a.py")
    yield case("-qz", "a.py")
    yield case("-q", "-q", "bad.py")
    yield case("--", "a.py")
    yield case("-", stdin=b"a.py\nlevels.py\n")
    yield case("-", stdin=b"a.py\nlevels.py")
    yield case("-", stdin=b"")
    yield case("-", stdin=b"a.py\n\nlevels.py\n")
    yield case("-", stdin=b"a.py\r\nlevels.py\r\n")
    yield case("-", stdin=b" a.py \n")
    yield case("-", stdin=b"bad.py\na.py\n")
    yield case("-", stdin=b"inv\xff.py\n")
    yield case("-q", "-", stdin=b"bad.py\na.py\n")
    yield case("-", "a.py", stdin=b"bad.py\n")
    for before in (["-O"], ["-OO"], ["-O", "-O"], ["-OOO"], ["-B"], ["-I"], ["-E"], ["-s", "-S"], ["-P"], ["-b"],
                   ["-X", "utf8"], ["-Xdev"], ["-q"], ["-u"], ["-d"], ["-X", "importtime=0"]):
        if before in (["-d"], ["-X", "importtime=0"]):
            continue  # a debugging interpreter's own output
        yield case("levels.py", before=before)
    for before in (["-W", "error"], ["-W", "ignore"], ["-W", "default"], ["-Wd"], ["-We"], ["-Wi"], ["-W", "once"],
                   ["-W", "module"], ["-W", "always"], ["-W", "error::SyntaxWarning"],
                   ["-W", "error::DeprecationWarning"], ["-W", "ignore", "-W", "error::SyntaxWarning"],
                   ["-W", "error", "-W", "ignore"], ["-W", "error:::warns"], ["-W", "error:assertion"],
                   ["-W", "error::::2"], ["-W", "error::::4"], ["-Wbogus"], ["-W", "ignore::Nonsense"],
                   ["-W", "ignore::::x"], ["-W", "a:b:c:d:e:f"], ["-Xdev"], ["-bb", "-W", "default"]):
        yield case("warns.py", "escape.py", before=before)
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "error"})
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "default"})
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "ignore,error::SyntaxWarning"})
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "error"}, before=["-E"])
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "error"}, before=["-I"])
    yield case("warns.py", "escape.py", env={"PYTHONWARNINGS": "error"}, before=["-W", "ignore"])
    yield case("warns.py", "escape.py", env={"PYTHONDEVMODE": "1"})
    yield case("warns.py", "warns.py", "escape.py", "escape.py", before=["-W", "default"])
    yield case("warns.py", "pkg/../warns.py", before=["-W", "once"])
    for prefix in ("cache", "/tmp/../" + "cache-absolute", "", "deep/er/cache"):
        if prefix.startswith("/"):
            continue
        yield case("a.py", "pkg/mod.py", before=["-X", f"pycache_prefix={prefix}"])
        yield case("a.py", "pkg/mod.py", env={"PYTHONPYCACHEPREFIX": prefix})
    yield case("a.py", env={"PYTHONPYCACHEPREFIX": "from-env"}, before=["-X", "pycache_prefix=from-x"])
    yield case("a.py", env={"PYTHONPYCACHEPREFIX": "from-env"}, before=["-X", "pycache_prefix"])
    yield case("a.py", env={"PYTHONPYCACHEPREFIX": "from-env"}, before=["-E"])
    yield case("a.py", env={"PYTHONPYCACHEPREFIX": "from-env"}, before=["-I"])
    for epoch in ("1", "0", "", "text"):
        yield case("a.py", env={"SOURCE_DATE_EPOCH": epoch})
    for value in ("1", "2", "0", "x", "", "-1", "7"):
        yield case("levels.py", env={"PYTHONOPTIMIZE": value})
    yield case("levels.py", env={"PYTHONOPTIMIZE": "2"}, before=["-O"])
    yield case("levels.py", env={"PYTHONOPTIMIZE": "2"}, before=["-E", "-O"])
    yield case("a.py", env={"PYTHONDONTWRITEBYTECODE": "1"})
    yield case("bad.py", env={"LC_ALL": "C"})
    yield case(os.fsdecode("café.py".encode()), env={"LC_ALL": "C"})
    yield case(INVALID_BAD_NAME, env={"LC_ALL": "C"})
    for name in ("locked/unreadable.py", "locked/readable.py", "readonly/mod.py", "closed/mod.py", "a.py"):
        yield case(name, user=True)
        yield case("-q", name, user=True)


def compileall_cases():
    def case(*arguments, **keywords):
        return Case("compileall", arguments, **keywords)

    yield case(".")
    yield case(".", twice=True)
    for quiet in (["-q"], ["-qq"], ["-q", "-q"], ["-qqq"]):
        yield case(*quiet, ".")
        yield case(*quiet, "missing", "bad.py", "a.py")
    yield case("good")
    yield case("good/")
    yield case("good", twice=True)
    yield case("-f", "good", twice=True)
    yield case("pkg", "good", "a.py")
    yield case("-l", ".")
    yield case("-l", "pkg")
    for depth in ("0", "1", "2", "-1", "99999999999"):
        yield case("-r", depth, "pkg")
    yield case("-l", "-r", "1", "pkg")
    yield case("-r", "x", "pkg")
    yield case("-b", "good")
    yield case("-b", "good", twice=True)
    yield case("-b", "-o", "0", "-o", "1", "good")
    for name in ("bad.py", "bad2.py", "indent.py", "tabs.py", "cookie.py", "notutf8.py", "nul.py", "nonlocal.py",
                 "latin.py", "empty.py", "justbom.py", "warns.py", "with space.py", NEW_LINE_NAME, INVALID_NAME,
                 INVALID_BAD_NAME, "caf\xe9.py", "module", "data.txt", "window.pyw", "missing.py", "links",
                 "links/dangling.py", "links/loop", "links/to_dir", "odd", "odd/fifo.py", "blocked", "outputs",
                 "modes", "a.py/", "", "/dev/null", "pkg/__pycache__", "long.py"):
        yield case(name)
        yield case("-q", name)
    for d in ("", "/usr/lib", "lib/", "."):
        yield case("-d", d, "good")
        yield case("-d", d, "good/one.py", "bad.py")
        yield case("-d", d, "good/", "./pkg")
    for s, p in ((".", None), ("good", None), ("/usr", None), ("good", "/usr/lib"), (None, "/usr/lib"), ("", "/x"),
                 ("./good", "lib"), ("pkg/sub", "/opt/"), ("pkg/x/sub2", "/opt"), (None, ""), ("", "")):
        arguments = (["-s", s] if s is not None else []) + (["-p", p] if p is not None else [])
        yield case(*arguments, "good", "./pkg", "bad.py")
    yield case("-s", "pkg/pkg", "-p", "/q", "pkg")
    yield case("-d", "x", "-s", "y", "good")
    yield case("-d", "x", "-p", "y", "good")
    for pattern in ("o", "one|two", r"good/.*\.py$", "(?i)ONE", r"\bsub\b", "^pkg", "sub2$", r"[.]py\Z", "(", "",
                    "(?P<n>e)(?P=n)", r"\d", "(?:pkg)(?!/sub)"):
        yield case("-x", pattern, "good", "pkg", differs=None if pattern else "empty -x")
    yield case("-i", "list.txt")
    yield case("-i", "list.txt", "modes")
    yield case("-i", "list-crlf.txt")
    yield case("-i", "missing.txt", "good")
    yield case("-q", "-i", "missing.txt")
    yield case("-qq", "-i", "missing.txt")
    yield case("-i", "-", stdin=b"a.py\ngood\n")
    yield case("-i", "-", stdin=b"a.py\n\n  good  \n")
    yield case("-i", "-", "pkg", stdin=b"")
    yield case("-i", "-", stdin=b"\x85a.py\n\x1fgood\x1c\n".replace(b"\x85", b"\xc2\x85"))
    yield case("-i", "", "good")
    for workers in ("0", "1", "2", "4"):
        yield case("-j", workers, ".", sort=workers != "1")
        yield case("-q", f"-j{workers}", ".", sort=workers != "1")
        yield case(f"--workers={workers}", "-f", "good", sort=workers != "1")
    yield case("-j", "x", "good")
    yield case("-j", "-1", "good")
    yield case("-j", "-1", "a.py")
    yield case("-j")
    for levels in (["0"], ["1"], ["2"], ["-1"], ["0", "1"], ["1", "0", "1"], ["0", "1", "2"], ["-1", "0"], ["2", "-1"],
                   ["3"], ["0", "3"], ["-2"], ["x"], ["0_1"], [" 1 "], ["01"]):
        arguments = [part for level in levels for part in ("-o", level)]
        yield case(*arguments, "good", "levels.py")
    yield case("-o", "-1", "levels.py", before=["-O"])
    yield case("-o", "-1", "-o", "1", "levels.py", before=["-O"])
    yield case("-o", "0", "levels.py", before=["-OO"])
    yield case("-o0", "-o1", "-o2", ".", twice=True)
    yield case("--hardlink-dupes", "good")
    yield case("--hardlink-dupes", "-o", "1", "good")
    for levels in (["0", "1"], ["0", "1", "2"], ["0", "2"], ["1", "2"], ["-1", "0"], ["0", "0"], ["2", "1", "0"]):
        arguments = [part for level in levels for part in ("-o", level)]
        differs = {"-1": "one file twice"}.get(levels[0]) or ("one level twice" if len(set(levels)) == 1 else None)
        yield case("--hardlink-dupes", *arguments, "good", "levels.py", "same.py", "nodoc.py", differs=differs)
        yield case("-f", "--hardlink-dupes", *arguments, "good", "same.py", "nodoc.py", twice=True, differs=differs)
    yield case("-b", "--hardlink-dupes", "-o0", "-o1", "same.py", differs="one file twice")
    yield case("-i", "list-bytes.txt", differs="not UTF-8 list")
    for name in ("deep/2968.py", "deep/2969.py", "deep"):
        yield case(name)
    yield case("-j2", "deep", sort=True)
    yield case("-e", ".", "selflink", "a.py", differs="self link")
    for limit in (".", "links", "good", "/", "missing", "", "links/..", "links/to_dir"):
        yield case("-e", limit, "links", "a.py", "links/to_a.py")
    for mode in ("timestamp", "checked-hash", "unchecked-hash", "bogus", ""):
        yield case("--invalidation-mode", mode, "good", twice=True)
        yield case("--invalidation-mode", mode, "-f", "-q", "good", env={"SOURCE_DATE_EPOCH": "123"})
    yield case("--invalid=checked-hash", "good")
    yield case("good", env={"SOURCE_DATE_EPOCH": "123"}, twice=True)
    for before in (["-O"], ["-OO"], ["-B"], ["-I"], ["-E"], ["-S"], ["-W", "error"], ["-W", "ignore"],
                   ["-W", "default"], ["-X", "pycache_prefix=cache"]):
        yield case("good", "warns.py", "escape.py", "levels.py", before=before)
    yield case("good", "pkg", env={"PYTHONPYCACHEPREFIX": "cache"}, twice=True)
    yield case("-b", "good", env={"PYTHONPYCACHEPREFIX": "cache"})
    yield case("-q", "-W", "good")
    yield case("-Z", "good")
    yield case("--bogus", "good")
    yield case("-lfqb", "good", "pkg")
    yield case("-lfz", "good")
    yield case("--h", "good", "-o0")
    yield case("--in", "timestamp", "good")
    yield case("good", "-q", "--", "-f")
    yield case("bad.py", "good", env={"LC_ALL": "C"})
    for quiet in ([], ["-q"], ["-qq"]):
        yield case(*quiet, ".", user=True)
        yield case(*quiet, "locked", "readonly", "closed", user=True)
    yield case("closed/mod.py", "readonly/mod.py", user=True)
    yield case("-b", "readonly", "good", user=True)
    for before in (["-S"], ["-S", "-I"], ["-I"], ["-S", "-P"], ["-s"], []):
        prefix = ["-B", "-X", "pycache_prefix=cache"]
        yield case("-q", before=before + prefix, search_path=True,
                   env={"PYTHONPATH": "good:pkg/:missing:/x/y:good"})
    # HOME is the tree; Debian's own libraries are at hand for root and nobody alike.
    yield case("-qq", before=["-B", "-X", "pycache_prefix=cache"], search_path=True, env={"PYTHONPATH": "good"})
    yield case(before=["-P", "-B", "-X", "pycache_prefix=cache"], search_path=True,
               env={"PYTHONPATH": "good:good:./good"})
    yield case(before=["-S", "-X", "pycache_prefix=cache"], env={"PYTHONPATH": "good::pkg"}, search_path=True)


def shown(data):
    return data.decode("utf-8", "backslashreplace")


TEMPORARY_NAME = re.compile(rb"(\.pyc)\.[0-9]+")


class Run:
    """What one run of a case left behind."""

    def __init__(self, case, program, tree):
        tree.prepare(scratch.NOBODY if case.user else None, patch_dependent=not (case.user or case.search_path))
        root = tree.root
        # Without PYTHONDONTWRITEBYTECODE CPython would also write what it imports itself.
        env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "HOME": root, **case.env}
        command = [program, *case.before, "-m", case.module, *case.arguments]
        if case.user:
            nobody = str(scratch.NOBODY)
            command = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", *command]
        self.out, self.err, self.code = b"", b"", []
        for _ in range(2 if case.twice else 1):
            done = subprocess.run(command, cwd=root, env=env, input=case.stdin, capture_output=True, timeout=120)
            self.out += TEMPORARY_NAME.sub(rb"\1.NUMBER", done.stdout)
            self.err += TEMPORARY_NAME.sub(rb"\1.NUMBER", done.stderr)
            self.code.append(done.returncode)
        self.tree = tree.take_down()
        if case.sort:
            self.out, self.err = (b"\n".join(sorted(text.split(b"\n"))) for text in (self.out, self.err))


def differences(theirs, ours):
    """Lines that say what differs."""
    if theirs.code != ours.code:
        yield f"exit code: CPython {theirs.code}, ouro {ours.code}"
    traceback = theirs.err.startswith(b"Traceback (most recent call last):")
    for stream in ("out", "err"):
        a, b = getattr(theirs, stream), getattr(ours, stream)
        if a != b and not (traceback and stream == "err"):
            yield f"std{stream}:\n    CPython: {shown(a)!r}\n    ouro:    {shown(b)!r}"
    if traceback and not ours.err:
        yield f"CPython ends in a traceback, ouro says nothing: {shown(theirs.err.splitlines()[-1])}"
    for name in sorted(theirs.tree.keys() | ours.tree.keys()):
        a, b = theirs.tree.get(name), ours.tree.get(name)
        if a == b:
            continue
        if a is None or b is None:
            yield f"only {'ouro' if a is None else 'CPython'} has {shown(name)}"
        else:
            what = [field for field, x, y in zip(("kind", "mode", "content", "hard links"), a, b) if x != y]
            yield f"{shown(name)}: {', '.join(what)} differ" + (f" {a[1]:o} {b[1]:o}" if "mode" in what else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--oracle", default="cpython-3.11")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    oracle = oracles.find(arguments.oracle)
    public_oracle = oracles.find("debian-3.11")  # one that any user can read
    as_nobody = os.getuid() == 0 and shutil.which("setpriv") is not None
    os.umask(0o022)
    cases = [case for case in (*py_compile_cases(), *compileall_cases()) if arguments.only in str(case)]
    left_out = sum(case.user for case in cases) if not as_nobody else 0
    bad = same = tracebacks = deliberate = 0
    with scratch.Scratch(arguments.ouro) as place, concurrent.futures.ThreadPoolExecutor(2) as pool:
        # Both runs of a case must see the same path, because it shows up in what they write.
        trees = [scratch.Tree(place.path / f"room{number}") for number in range(2)]
        # What the .pth files of its site-packages import costs more than all else that a process of CPython does.
        private_oracle = oracle.clean(place.path / "venv")

        def run(number, case):
            theirs = public_oracle.executable if case.user or case.search_path else private_oracle
            tree = trees[number % 2]
            return Run(case, theirs, tree), Run(case, place.ouro, tree)

        cases = [case for case in cases if as_nobody or not case.user]
        for start in range(0, len(cases), 2):
            pair = cases[start:start + 2]
            for case, (theirs, ours) in zip(pair, pool.map(run, range(start, start + 2), pair)):
                found = list(differences(theirs, ours))
                if case.differs:
                    deliberate += bool(found)
                    found = [] if found else [f"no longer differs: {DELIBERATE[case.differs]}"]
                tracebacks += theirs.err.startswith(b"Traceback")
                bad += bool(found)
                same += not found
                if found or arguments.verbose:
                    print(f"{'DIFFERENT' if found else 'same'}: {case}")
                for line in found:
                    print(f"  {line}")
    print(f"{same + bad} command lines, {same - deliberate} the same, {deliberate} deliberately not, {bad} different; {tracebacks} of them end in a traceback in "
          f"CPython; {left_out} left out for want of root")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
