"""Runs the transcripts of README.md and docs/: each indented block with lines that begin with `$ ` is a session.

A document's folder here holds the files that its sessions need; `prepare.py` in it, if there is one, is run first (by the
Python that runs this). What is printed, errors included, has to be what the document shows, but that
a line `...` stands for any lines, and that numbers of seconds and times of modification are not looked at.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENTS = {"README.md": "readme", "docs/decompiler.md": "decompiler"}


def sessions(text):
    """The sessions of a document: lists of (command, lines shown)."""
    for block in re.findall(r"(?:^(?:    .*)?\n)+", text, re.M):
        lines = [line[4:] for line in block.strip("\n").split("\n")]
        starts = [i for i, line in enumerate(lines) if line.startswith("$ ")]
        if not starts or starts[0] != 0:
            continue
        ends = starts[1:] + [len(lines)]
        yield [(lines[s][2:], lines[s + 1:e]) for s, e in zip(starts, ends)]


def comparable(line):
    """`line` without what no two runs have in common."""
    line = re.sub(r"\b\d+\.\d\d s\b", "SECONDS", line.rstrip())
    return re.sub(r"(mtime\s+).*", r"\1TIME", line)


def pattern(shown):
    """What the lines shown stand for, as a regular expression."""
    parts = [r"(?:.*\n)*" if line.strip() == "..." else re.escape(comparable(line)) + r"\n" for line in shown]
    return "".join(parts)


def run_session(session, shell, where):
    """The number of commands whose output is another than shown."""
    wrong = 0
    for command, shown in session:
        done = shell.run(command)
        printed = "".join(comparable(line) + "\n" for line in done.splitlines())
        if not re.fullmatch(pattern(shown), printed):
            wrong += 1
            print(f"{where}: $ {command}\nshown:\n" + "\n".join(shown) + f"\nprinted:\n{printed}")
    return wrong


class Shell:
    """Runs commands in `directory` with `ouro` on the path; `$?` is that of the command before."""

    def __init__(self, ouro, directory):
        bin_directory = pathlib.Path(directory, "bin")
        bin_directory.mkdir()
        (bin_directory / "ouro").symlink_to(pathlib.Path(ouro).resolve())
        self.directory = pathlib.Path(directory, "work")
        self.environment = {"PATH": f"{bin_directory}:{os.environ['PATH']}", "LANG": "C.UTF-8", "TZ": "UTC"}
        self.status = 0

    def run(self, command):
        """What `command` prints, errors included, in its order."""
        done = subprocess.run(["bash", "-c", f"(exit {self.status}); {command}"], cwd=self.directory,
                              env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60)
        self.status = done.returncode
        return done.stdout


def check(document, folder, ouro):
    """The numbers of commands that were run and that printed something else."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(HERE / folder, pathlib.Path(directory, "work"))
        shell = Shell(ouro, directory)
        if (shell.directory / "prepare.py").exists():
            subprocess.run([sys.executable, "prepare.py"], cwd=shell.directory, check=True)
        found = list(sessions((ROOT / document).read_text(encoding="utf-8")))
        wrong = sum(run_session(session, shell, document) for session in found)
        return sum(map(len, found)), wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ouro", required=True)
    ouro = arguments.parse_args().ouro
    commands = wrong = 0
    for document in ["README.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))]:
        folder = DOCUMENTS.get(document)
        if folder is None:
            if any(sessions((ROOT / document).read_text(encoding="utf-8"))):
                sys.exit(f"{document} has transcripts, and no folder here says what they need")
            continue
        more, failed = check(document, folder, ouro)
        commands, wrong = commands + more, wrong + failed
    print(f"{commands} commands of transcripts, {wrong} wrong")
    sys.exit(wrong > 0 or commands == 0)


if __name__ == "__main__":
    main()
