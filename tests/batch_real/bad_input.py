#!/usr/bin/env python3
"""Gives `ouro compile` everything that can be wrong with files: each is reported with its name and does not stop the rest.

    bad_input.py --ouro build/ouro [--kills 200]

Needs no oracle. What needs root (a full file system, another user) is left out, by name, without it.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import scratch

failures = []
checks = 0


def check(what, condition, detail=""):
    global checks
    checks += 1
    if not condition:
        failures.append(what)
        print(f"FAILED: {what} {str(detail)[:600]}")


class Bench:
    def __init__(self, place):
        self.ouro, self.path, self.rooms = place.ouro, place.path, 0

    def room(self):
        self.rooms += 1
        room = self.path / f"room{self.rooms}"
        room.mkdir()
        return room

    def run(self, room, *arguments, before=(), **keywords):
        command = [*before, self.ouro, "compile", *arguments]
        return subprocess.run(command, cwd=room, capture_output=True, timeout=100, **keywords)

    def json(self, room, *arguments, **keywords):
        done = self.run(room, "--json", *arguments, **keywords)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return done, {row["path"]: row for row in rows[:-1]}, rows[-1]["summary"] if rows else {}


def cache(room, name):
    return room / "__pycache__" / f"{name}.cpython-311.pyc"


def test_sources(bench):
    room = bench.room()
    good = {"ok.py": b"x = 1\n", "empty.py": b"", "bom.py": b"\xef\xbb\xbf", b"inv\xff.py": b"x = 1\n", "new\nline.py": b"x = 1\n",
            "a b.py": b"x = 1\n"}
    bad = {"syntax.py": b"x = = 1\n", "utf8.py": b"x = '\xff'\n", "nul.py": b"x\0", "binary.py": bytes(range(256)) * 64,
           "cookie.py": b"# coding: bogus\n", "utf16.py": "x = 1\n".encode("utf-16"), "elf.py": b"\x7fELF" + bytes(4096)}
    for name, content in {**good, **bad}.items():
        scratch.put(room, name, content)
    with open(room / "huge.py", "wb") as file:
        file.truncate(3 << 30)
    os.symlink("self.py", room / "self.py")
    os.symlink("nowhere", room / "dangling.py")
    os.symlink(".", room / "loop")
    os.mkfifo(room / "fifo.py")
    os.mkdir(room / "directory.py")
    done, rows, summary = bench.json(room, ".")
    check("exit code 1", done.returncode == 1, done.stderr)
    rows = {os.path.basename(path): row for path, row in rows.items()}
    for name in good:
        shown = name if isinstance(name, str) else "inv\udcff.py"
        row = rows.get(shown) or rows.get("inv\\udcff.py") or {}
        check(f"{shown!r} compiles", row.get("status") == "compiled", list(rows))
    for name in bad:
        check(f"{name} fails with a SyntaxError", rows[name]["status"] == "failed" and rows[name]["error"]["type"] == "SyntaxError", rows[name])
    check("huge", rows["huge.py"]["status"] == "failed" and "huge.py" in rows["huge.py"]["error"]["msg"], rows["huge.py"])
    for name in ("self.py", "dangling.py"):
        check(name, rows[name]["status"] == "failed" and name in rows[name]["error"]["msg"], rows[name])
    check("fifo is skipped", rows["fifo.py"]["status"] == "skipped")
    check("summary counts", summary["failed"] == len(bad) + 3 and summary["compiled"] == len(good), summary)
    text = bench.run(room, ".")
    for name in list(bad) + ["huge.py", "self.py", "dangling.py"]:
        check(f"{name} is named", name.encode() in text.stderr, text.stderr)
    for name in ("/dev/null", "/dev/zero", "missing.py", "fifo.py"):
        done = bench.run(room, name, "ok.py", "-f")
        check(f"{name} ends", done.returncode in (0, 1) and b"1 compiled" in done.stdout, done)
    check("missing is named", b"missing.py" in bench.run(room, "missing.py").stderr)


def test_targets(bench):
    room = bench.room()
    for name in ("a.py", "b.py", "c.py", "d.py"):
        scratch.put(room, name, b"x = 1\n")
    (room / "__pycache__").mkdir()
    os.symlink("/dev/full", cache(room, "a"))
    cache(room, "b").mkdir()
    (cache(room, "b") / "keep").touch()
    done, rows, _ = bench.json(room, ".")
    for name in ("./a.py", "./b.py"):
        check(f"output of {name} is refused", rows[name]["error"]["type"] == "FileExistsError", rows[name])
    check("the others are done", rows["./c.py"]["status"] == rows["./d.py"]["status"] == "compiled")
    check("link is kept", cache(room, "a").is_symlink())
    blocked = bench.room()
    scratch.put(blocked, "a.py", b"x = 1\n")
    (blocked / "__pycache__").touch()
    done = bench.run(blocked, "a.py")
    check("a file for __pycache__", done.returncode == 1 and b"a.py" in done.stderr, done)
    with open("/dev/full", "wb") as full:
        for arguments in (["--json"], []):
            command = [bench.ouro, "compile", "-f", *arguments, "c.py"]
            done = subprocess.run(command, cwd=room, stdout=full, stderr=subprocess.PIPE)
            check("a full standard output is an error", done.returncode == 1 and b"standard output" in done.stderr, done)
    command = ["sh", "-c", f"exec {bench.ouro} compile -f --json c.py d.py >&-"]
    check("a closed standard output", subprocess.run(command, cwd=room, stderr=subprocess.PIPE).returncode == 1)
    check("and the file is there", cache(room, "c").exists())
    command = f"{bench.ouro} compile -f --json . | true"
    subprocess.run(["sh", "-c", command], cwd=room, timeout=60)


def test_as_nobody(bench):
    room = bench.room()
    for name in ("a.py", "closed/b.py", "readonly/c.py", "z.py"):
        scratch.put(room, name, b"x = 1\n")
    scratch.put(room, "unreadable.py", b"x = 1\n", 0)
    os.chmod(room / "closed", 0)
    nobody = str(scratch.NOBODY)
    os.chown(room, scratch.NOBODY, scratch.NOBODY)
    before = ["setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups"]
    done, rows, summary = bench.json(room, ".", before=before)
    for name in ("./unreadable.py", "./closed", "./readonly/c.py"):
        row = rows.get(name, {})
        check(f"{name} is refused", row.get("status") == "failed" and row["error"]["type"] == "PermissionError", rows)
    check("a.py and z.py are done", cache(room, "a").exists() and cache(room, "z").exists())
    check("three fail", summary["failed"] == 3 and done.returncode == 1, summary)


def test_full_disk(bench):
    room = bench.room()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", room], capture_output=True).returncode != 0:
        print("left out: a full file system (mount is not allowed)")
        return
    try:
        for number in range(6):
            scratch.put(room, f"m{number}.py", b"x = [%s]\n" % b", ".join(b"%d" % i for i in range(900)))
        done = bench.run(room, ".", "-O", "0,1,2")
        check("a full disk fails", done.returncode == 1 and b"No space left" in done.stderr and b"m5.py" in done.stderr, done)
        check("nothing is left half-written", not leftovers(room), leftovers(room))
        check("what is there is whole", whole(room, bench), "")
    finally:
        subprocess.run(["umount", room])


def leftovers(room):
    return [path.name for path in room.rglob("*.pyc.*")]


def whole(room, bench):
    """Whether every .pyc has the bytes that an undisturbed compilation gives."""
    for path in room.rglob("*.pyc"):
        done = subprocess.run([bench.ouro, "inspect", str(path)], capture_output=True)
        if done.returncode != 0:
            print(path, done.stderr, done.stdout)
            return False
    return True


def test_changing_source(bench):
    room = bench.room()
    target, texts = room / "a.py", [b"x = 1\n" * 2000, b"y = 'other'\n" * 3000]
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for text in texts:
                temporary = room / "next"
                temporary.write_bytes(text)
                os.replace(temporary, target)

    target.write_bytes(texts[0])
    thread = threading.Thread(target=change)
    thread.start()
    codes = {bench.run(room, "-f", "a.py").returncode for _ in range(60)}
    stop.set()
    thread.join()
    check("a changing source compiles", codes == {0}, codes)
    check("to a whole .pyc", whole(room, bench))
    target.write_bytes(b"z = 3\n")
    bench.run(room, "a.py")
    check("and is found stale", b"z" in cache(room, "a").read_bytes())


def make_package(room, count):
    source = b"def f%d(a, b=%d):\n    'doc'\n    return [a + i for i in range(b)]\n"
    for number in range(count):
        scratch.put(room, f"m{number}.py", b"".join(source % (i, i) for i in range(number % 40)))


def pycs(room):
    return {path.name: path.read_bytes() for path in room.rglob("*.pyc")}


def test_two_at_once(bench):
    room = bench.room()
    make_package(room, 300)
    bench.run(room, "-q", ".", "-j", "1")
    expected = pycs(room)
    for _ in range(5):
        commands = [[bench.ouro, "compile", "-q", "-f", "-j", "2", "."], [bench.ouro, "-m", "compileall", "-q", "-f", "."]]
        running = [subprocess.Popen(command, cwd=room, stderr=subprocess.PIPE) for command in commands]
        codes = [process.wait() for process in running]
        for process in running:
            process.stderr.close()
        check("two at once both succeed", codes == [0, 0], codes)
    check("with the same bytes", pycs(room) == expected)
    check("and nothing left over", not leftovers(room), leftovers(room))


def test_kill(bench, kills):
    room = bench.room()
    make_package(room, 150)
    bench.run(room, "-q", ".")
    expected = pycs(room)
    check("all are there", len(expected) == 150)
    chance = random.Random(1)
    start = time.monotonic()
    bench.run(room, "-q", "-f", "-j", "2", ".")
    length = time.monotonic() - start
    survivors = wrong = 0
    for number in range(kills):
        process = subprocess.Popen([bench.ouro, "compile", "-q", "-f", "-j", "2", "."], cwd=room)
        time.sleep(chance.random() * length)
        process.send_signal(signal.SIGKILL)
        survivors += process.wait() == 0
        if number % 20 == 19 or number == kills - 1:
            wrong += pycs(room) != expected
    check("no .pyc is lost or cut short by a kill", wrong == 0)
    check("most kills hit", survivors < kills * 0.8, survivors)
    check("the next run is undisturbed", bench.run(room, "-q", "-f", ".").returncode == 0 and pycs(room) == expected)
    print(f"  {kills - survivors} of {kills} kills hit a run, {len(leftovers(room))} temporary names were left")


def test_interrupt(bench):
    room = bench.room()
    make_package(room, 1500)
    for number, command in enumerate((["compile", "-f", "-j", "2", "."], ["-m", "compileall", "-f", "."])):
        # A non-interactive parent may have told its children to ignore the signal.
        process = subprocess.Popen([bench.ouro, *command], cwd=room, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        check("interrupted or done", process.returncode == 1 and b"interrupted" in out + err or process.returncode == 0,
              (process.returncode, err))
        check("nothing half-written after Ctrl-C", not leftovers(room), leftovers(room))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--kills", type=int, default=200)
    arguments = parser.parse_args()
    os.umask(0o022)
    with scratch.Scratch(arguments.ouro) as place:
        bench = Bench(place)
        tests = [test_sources, test_targets, test_full_disk, test_changing_source, test_two_at_once, test_interrupt]
        if os.getuid() == 0 and shutil.which("setpriv"):
            tests.append(test_as_nobody)
        else:
            print("left out: another user's files (needs root and setpriv)")
        for test in tests:
            test(bench)
        test_kill(bench, arguments.kills)
    print(f"{checks} checks, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
