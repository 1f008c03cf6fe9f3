#!/usr/bin/env python3
"""Installs a built tree into a scratch directory and uses it from outside, as a packager and a consumer would.

    install.py --build build --source .

Checks what lies where, the man page, the completions, and that examples/compile_one.cpp builds and runs with the CMake
package and with pkg-config (left out, by name, where there is none).
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import scratch

EXPECTED = ["bin/ouro", "lib/ouro/ouro-library.arc", "include/ouro/ouro.h", "share/man/man1/ouro.1",
            "share/bash-completion/completions/ouro", "share/zsh/site-functions/_ouro", "share/fish/vendor_completions.d/ouro.fish"]
failures = []


def check(what, condition, detail=""):
    print(f"{'ok' if condition else 'FAILED'}: {what}")
    if not condition:
        failures.append(what)
        print(detail)


def run(*command, **keywords):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **keywords)


def try_example(program, room, libraries):
    """The example compiles a module to what the installed program writes."""
    (room / "m.py").write_text("def f(a):\n    return a + 1\n")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(libraries)}
    done = run(program, "m.py", cwd=room, env=environment)
    check("the example runs", done.returncode == 0 and "RETURN_VALUE" in done.stdout, done)
    (room / "bad.py").write_text("x = = 1\n")
    done = run(program, "bad.py", cwd=room, env=environment)
    check("and reports an error", done.returncode == 1 and "SyntaxError: invalid syntax" in done.stderr, done)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--cmake", default="cmake")
    parser.add_argument("--compiler", default="c++")
    arguments = parser.parse_args()
    build, source = pathlib.Path(arguments.build).resolve(), pathlib.Path(arguments.source).resolve()
    with scratch.Scratch(build / "ouro") as place:
        stage = place.path / "stage"
        done = run(arguments.cmake, "--install", build, "--prefix", "/opt/ouro", env={**os.environ, "DESTDIR": str(stage)})
        check("install with DESTDIR", done.returncode == 0, done.stderr)
        root = stage / "opt/ouro"
        for name in EXPECTED:
            check(name, (root / name).is_file())
        installed = {path.name: path for path in root.rglob("*")}
        for name in ("libouro.so", "ouroConfig.cmake", "ouroConfigVersion.cmake", "ouro.pc"):
            check(name, name in installed, sorted(installed))
        libraries = installed["libouro.so"].parent
        done = run(root / "bin/ouro", "compile", "--help")
        check("the program runs from there", done.returncode == 0, done)
        code = "import json, sys; print(json.dumps([sys.implementation.name, sys.argv[1]]))"
        done = run(root / "bin/ouro", "-c", code, "word", cwd="/")
        check("and runs Python code", done.stdout == '["ouro", "word"]\n', done)
        options = re.findall(r"--[a-z][a-z-]+", done.stdout)
        completions = (root / "share/bash-completion/completions/ouro").read_text()
        page = (root / "share/man/man1/ouro.1").read_text()
        for option in sorted(set(options) - {"--help"}):
            check(f"{option} is completed and in the manual", option in completions and f"Fl {option[2:]}" in page)
        if shutil.which("man"):
            done = run("man", "--warnings", "-l", root / "share/man/man1/ouro.1", env={**os.environ, "MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
            check("the man page formats", done.returncode == 0 and "ouro compile" in done.stdout, done.stderr)
        example = source / "examples/compile_one.cpp"
        room = place.path / "cmake"
        room.mkdir()
        done = run(arguments.cmake, "-S", source / "tests/api/consumer", "-B", room, f"-DSOURCE={example}",
                   f"-DCMAKE_PREFIX_PATH={root}", f"-DCMAKE_CXX_COMPILER={arguments.compiler}")
        check("find_package", done.returncode == 0, done.stderr)
        done = run(arguments.cmake, "--build", room)
        check("a CMake project builds", done.returncode == 0, done.stdout + done.stderr)
        try_example(room / "consumer", room, libraries)
        if shutil.which("pkg-config") is None:
            print("left out: pkg-config is not installed")
        else:
            room = place.path / "pkg-config"
            room.mkdir()
            environment = {**os.environ, "PKG_CONFIG_PATH": str(installed["ouro.pc"].parent)}
            flags = run("pkg-config", "--cflags", "--libs", "ouro", env=environment).stdout.split()
            done = run(arguments.compiler, "-std=c++20", example, "-o", room / "consumer", *flags)
            check("a pkg-config user builds", done.returncode == 0, done.stderr)
            try_example(room / "consumer", room, libraries)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
