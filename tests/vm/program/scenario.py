"""Scenarios: a folder of files, and command lines run in it by python3.11 and by ouro, each in a folder of its own.

What must be equal: what each command prints, its exit code, and in the end all files with their bytes. Sources have
fixed times, so .pyc files are comparable; `$PYTHON` in a command line is the interpreter.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE_TIME = 1_600_000_000


class Place:
    """The folder that one interpreter runs a scenario in."""

    def __init__(self, root, interpreter, files):
        self.root = os.path.join(root, "place")
        self.interpreter = interpreter
        self.log = []
        os.mkdir(self.root)
        for name, content in files.items():
            self.write(name, content)

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, content, time=SOURCE_TIME):
        """A source file with a fixed time."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os.utime(path, (time, time))

    def run(self, *command, env=None, stdin="", by=None, stderr=True):
        """Runs a command line and logs what it did. `by`: another interpreter than this place's."""
        arguments = [by or self.interpreter if a == "$PYTHON" else a for a in command]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment.update(LANG="C.UTF-8", PYTHONNOUSERSITE="1", HOME=self.root)
        environment.update(env or {})
        # The folders of both places have the same length and the same name to the programs.
        done = subprocess.run(arguments, cwd=self.root, env=environment, input=stdin.encode(), capture_output=True,
                              timeout=120, check=False)
        self.log.append((command, done.returncode, self.neutral(done.stdout),
                         self.neutral(done.stderr) if stderr else ""))
        return done

    def neutral(self, output):
        text = output.decode(errors="backslashreplace").replace(os.path.dirname(self.root), "<ROOT>")
        text = text.replace(self.interpreter, "<PYTHON>")
        return re.sub(r"0x[0-9a-f]{6,}", "0x<ADDRESS>", text)

    def files(self):
        """All files with their bytes, and all links."""
        found = {}
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, self.root)] = file.read()
        return found


SCENARIOS = []


def scenario(files=None):
    """Marks a function of a Place as a scenario."""
    def mark(function):
        SCENARIOS.append((function, files or {}))
        return function
    return mark


def difference(expected, got):
    """Where two places differ, as text; empty when they do not."""
    for (command, *wanted), (_, *found) in zip(expected.log, got.log):
        for what, a, b in zip(("exit code", "standard output", "standard error"), wanted, found):
            if a != b:
                return f"{' '.join(command)}: {what}\n--- python3.11\n{a}\n--- ouro\n{b}"
    a, b = expected.files(), got.files()
    for name in sorted(a.keys() | b.keys()):
        if a.get(name) != b.get(name):
            kind = "only python3.11's" if name not in b else "only ouro's" if name not in a else "different bytes"
            return f"file {name}: {kind}"
    return ""


def run_scenario(function, files, python, ouro):
    """Runs it by both; returns where they differ."""
    places = []
    # Names of one length: paths stand inside .pyc files.
    base = tempfile.mkdtemp(prefix="ouro-scenario-")
    try:
        for interpreter in (python, ouro):
            shared = os.path.join(base, "x")
            os.mkdir(shared)
            place = Place(shared, interpreter, files)
            function(place)
            # The second one runs in a folder of the same name.
            kept = os.path.join(base, str(len(places)))
            os.rename(shared, kept)
            place.root = os.path.join(kept, "place")
            places.append(place)
        return difference(*places)
    finally:
        subprocess.run(["chmod", "-R", "u+w", base], check=False)
        shutil.rmtree(base)


def main(argv):
    """main(["--ouro", OURO, "--python", PYTHON, NAME...])"""
    options = dict(zip(argv[::2], argv[1::2])) if argv and argv[0].startswith("--") else {}
    rest = [a for i, a in enumerate(argv) if not a.startswith("--") and (i == 0 or not argv[i - 1].startswith("--"))]
    python, ouro = options.get("--python", "/usr/bin/python3.11"), os.path.abspath(options["--ouro"])
    failed = 0
    for function, files in SCENARIOS:
        if rest and function.__name__ not in rest:
            continue
        problem = run_scenario(function, files, python, ouro)
        if problem:
            failed += 1
            print(f"FAIL {function.__name__}: {problem}")
    print(f"{len(SCENARIOS)} scenarios, {failed} failed")
    sys.exit(1 if failed else 0)
