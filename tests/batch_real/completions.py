#!/usr/bin/env python3
"""Loads the completions in bash, zsh and fish, and asks them what a person would press the tab key for.

    completions.py --ouro build/ouro --completions completions --shell bash|zsh|fish

Exit code 77 (skipped) when the shell is not there. Every option that `ouro VERB --help` tells of must be offered.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# What stands before the cursor, and what must be offered then.
QUESTIONS = [
    ("ouro comp", ["compile"]),
    ("ouro dec", ["decompile"]),
    ("ouro di", ["dis"]),
    ("ouro ins", ["inspect"]),
    ("ouro -m py", ["py_compile"]),
    ("ouro -m compilea", ["compileall"]),
    ("ouro compile --invalidation-mode ch", ["checked-hash"]),
    ("ouro compile --invalidation-mode u", ["unchecked-hash"]),
    ("ouro compile --target 3.1", ["3.11"]),
    ("ouro compile mod", ["module.py"]),
    ("ouro decompile --style cl", ["clean"]),
    ("ouro decompile mod", ["module.py"]),
    ("ouro dis mod", ["module.py"]),
    ("ouro inspect mod", ["module.py"]),
]


def option_questions(ouro):
    for verb in ("compile", "decompile", "dis", "inspect"):
        text = subprocess.run([ouro, verb, "--help"], capture_output=True, text=True, check=True).stdout
        listed = re.split(r"(?m)^\w.*:$", text)
        names = set(re.findall(r"(?m)^ +(?:-\w,)?(--[\w-]+)", "".join(listed)))
        if "--json" not in names or "--help" not in names:
            sys.exit(f"the help of {verb} is not understood:\n{text}")
        for name in sorted(names):
            yield f"ouro {verb} {name[:-1]}", [name]


def ask_bash(script, lines, place):
    program = [f"source '{script}'", "compopt() { :; }"]
    for line in lines:
        words = line.split(" ")
        quoted = " ".join(f"'{word}'" for word in words)
        program.append(f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _ouro; echo \"${{COMPREPLY[*]}}\"")
    done = subprocess.run(["bash", "--norc", "-c", "\n".join(program)], capture_output=True, text=True, cwd=place)
    return [answer.split() for answer in done.stdout.split("\n")[:-1]], done.stderr


def ask_fish(script, lines, place):
    program = [f"source '{script}'"] + [f"complete -C '{line}'; echo ==" for line in lines]
    done = subprocess.run(["fish", "--no-config", "-c", "\n".join(program)], capture_output=True, text=True, cwd=place,
                          env={**os.environ, "HOME": str(place)})
    answers = done.stdout.split("==\n")[:-1]
    return [[row.split("\t")[0] for row in answer.splitlines()] for answer in answers], done.stderr


ZSH_SETUP = r"""
PS1=''; unsetopt beep; fpath=(%s $fpath)
autoload -Uz compinit; compinit -D -u
ask() { zle complete-word; print -r -- "$BUFFER" >> answers; BUFFER= }
zle -N ask; bindkey '^T' ask
print ready >> answers
"""


def ask_zsh(script, lines, place):
    """zsh completes only in a terminal: a key in one of ours makes it write down what the line has become."""
    import pty
    import select
    import time

    answers = place / "answers"
    answers.write_text("")
    (place / "setup.zsh").write_text(ZSH_SETUP % script.parent)
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.environ.update(TERM="xterm", HOME=str(place), LINES="50", COLUMNS="200")
        os.execvp("zsh", ["zsh", "-f", "-i"])
    seen = b""

    def wait_for(count):
        nonlocal seen
        end = time.monotonic() + 30
        while len(answers.read_text().splitlines()) < count and time.monotonic() < end:
            if select.select([terminal], [], [], 0.02)[0]:
                try:
                    seen += os.read(terminal, 4096)
                except OSError:
                    return

    os.write(terminal, b". ./setup.zsh\n")
    wait_for(1)
    for number, line in enumerate(lines):
        os.write(terminal, line.encode() + b"\x14")
        wait_for(number + 2)
    os.close(terminal)
    os.waitpid(pid, 0)
    return [line.split() for line in answers.read_text().splitlines()[1:]], seen[-2000:].decode(errors="replace")


SHELLS = {"bash": (ask_bash, "ouro.bash"), "zsh": (ask_zsh, "_ouro"), "fish": (ask_fish, "ouro.fish")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ouro", required=True)
    parser.add_argument("--completions", required=True)
    parser.add_argument("--shell", required=True, choices=SHELLS)
    arguments = parser.parse_args()
    if shutil.which(arguments.shell) is None:
        print(f"skipped: no {arguments.shell} on this machine")
        return 77
    ask, name = SHELLS[arguments.shell]
    script = pathlib.Path(arguments.completions).resolve() / name
    questions = QUESTIONS + list(option_questions(arguments.ouro))
    with tempfile.TemporaryDirectory() as directory:
        place = pathlib.Path(directory)
        (place / "module.py").write_text("")
        answers, noise = ask(script, [line for line, _ in questions], place)
    bad = 0
    for number, (line, wanted) in enumerate(questions):
        offered = answers[number] if number < len(answers) else []
        missing = [word for word in wanted if word not in offered]
        if missing:
            bad += 1
            print(f"{line}: not offered: {' '.join(missing)}; offered: {' '.join(offered)}")
    if bad or len(answers) != len(questions):
        print(f"the shell said: {noise}")
        bad = bad or 1
    print(f"{arguments.shell}: {len(questions)} questions, {bad} not answered")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
