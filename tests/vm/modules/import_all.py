"""Imports every module of the standard library, each in a process of its own copy of this one (fork), and lists those
that fail, with the native module that they lack.

    OURO import_all.py [--all]

Modules that fail with python3.11 itself, because they belong to other systems or to packages that are not there, are
left out, and so are the exceptions that docs/compatibility.md gives a reason for (--all: not those). The exit code is 1
if anything else fails.
"""
import os
import sys

# Of other systems, of Debian packages of their own, or no modules in themselves: python3.11 does not import them.
ELSEWHERE = {
    "asyncio.windows_events", "asyncio.windows_utils", "ctypes.wintypes", "curses.has_key", "dbm.gnu", "dbm.ndbm",
    "distutils.msvc9compiler", "encodings.mbcs", "encodings.oem", "lib2to3.pgen2.conv",
    "multiprocessing.popen_spawn_win32", "turtle", "this", "antigravity",
}
# Native modules that ouro does not have: docs/compatibility.md says why.
EXCEPTIONS = {
    "_ctypes", "_curses", "_sqlite3", "_ssl", "_tracemalloc",
}


def module_names(library):
    for directory, directories, files in os.walk(library):
        directories[:] = sorted(d for d in directories if d.isidentifier() and d not in (
            "__pycache__", "test", "tests", "idle_test", "idlelib", "turtledemo"))
        package = os.path.relpath(directory, library).replace(os.sep, ".")
        prefix = "" if package == "." else package + "."
        for name in sorted(files):
            stem, extension = os.path.splitext(name)
            if extension == ".py" and stem.isidentifier() and stem != "__main__":
                yield prefix.rstrip(".") if stem == "__init__" else prefix + stem


def failure(name):
    """What import says, or None. In a child: modules leave traces."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            __import__(name)
            text = ""
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(writer, text.encode("utf-8", "replace")[:4000])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as stream:
        text = stream.read().decode()
    status = os.waitpid(child, 0)[1]
    return text or (f"ended with status {status}" if status else None)


def main():
    import warnings
    warnings.simplefilter("ignore")
    sys.path = [entry for entry in sys.path if os.path.abspath(entry) != os.path.dirname(os.path.abspath(__file__))]
    names = list(module_names(os.path.dirname(os.__file__)))
    failed = expected = 0
    for name in names:
        if name in ELSEWHERE:
            continue
        message = failure(name)
        if message is None:
            continue
        if "--all" not in sys.argv and any(repr(lacks) in message for lacks in EXCEPTIONS):
            expected += 1
            continue
        failed += 1
        print(f"{name}: {message}")
    print(f"{len(names)} modules, {failed} failed" + (f", {expected} exceptions" if expected else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
