"""Command-line options, environment variables, sessions and endings: by python3.11 and by ouro, with equal output."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scenario import main, scenario

FLAGS = "import sys; f = sys.flags; print({n: getattr(f, n) for n in dir(f) if n[0] != '_' and not n.startswith('n_')}, sys.warnoptions, sys._xoptions)"
SESSION = '''1 + 1
x = 5
def f(a):
    return a * 2

f(x)
if x:
    print("yes")
else:
    print("no")

for i in range(2): print(i)

1 / 0
def broken(:
"text"; None; _
import sys
sys.ps1 = "in> "
class A:
    """doc

    more"""

    y = (1,
  2)

A.y
@staticmethod
def g(): pass

raise SystemExit(3)
'''


@scenario()
def flags(p):
    for options in (["-b"], ["-bb"], ["-B"], ["-d"], ["-E"], ["-I"], ["-O"], ["-OO"], ["-P"], ["-q"], ["-s"], ["-S"], ["-u"], ["-R"],
                    ["-x"], ["-X", "dev"], ["-X", "utf8"], ["-X", "utf8=0"], ["-Xa=b", "-Xc"], ["-W", "error", "-W", "ignore::UserWarning"],
                    ["-X", "warn_default_encoding"], ["-X", "int_max_str_digits=1000"], ["-bBsE"]):
        p.run("$PYTHON", *options, "-c", FLAGS)
    for variable, value in (("OPTIMIZE", "1"), ("OPTIMIZE", "x"), ("DEBUG", "1"), ("DONTWRITEBYTECODE", "1"), ("NOUSERSITE", "1"), ("WARNINGS", "default,error::BytesWarning"),
                            ("SAFEPATH", "1"), ("UTF8", "1"), ("HASHSEED", "0"), ("HASHSEED", "12"), ("DEVMODE", "1"), ("INTMAXSTRDIGITS", "700"), ("WARNDEFAULTENCODING", "1")):
        p.run("$PYTHON", "-c", FLAGS, env={"PYTHON" + variable: value})
        p.run("$PYTHON", "-E", "-c", FLAGS, env={"PYTHON" + variable: value})


@scenario()
def bad_options(p):
    for options in (["-Z"], ["-c"], ["-m"], ["-W"], ["-X"], ["--nothing"], ["--check-hash-based-pycs"], ["-X", "utf8=2"],
                    ["-X", "int_max_str_digits=5"], ["-X", "int_max_str_digits"], ["-X", "frozen_modules=maybe"]):
        p.run("$PYTHON", *options, "-c", "1", stderr=False)
    p.run("$PYTHON", "nothing.py")
    p.run("$PYTHON", ".")
    p.run("$PYTHON", "-c", "1", env={"PYTHONHASHSEED": "x"}, stderr=False)
    p.run("$PYTHON", "-W", "nonsense", "-W", "error::Nonsense", "-c", "print(1)")


@scenario({"s.py": "not python\nimport sys\nprint(sys.argv)\nraise ValueError(3)\n"})
def first_line_skipped(p):
    p.run("$PYTHON", "-x", "s.py", "a")
    p.run("$PYTHON", "s.py")


@scenario()
def endings(p):
    for code in ("import sys; sys.exit()", "import sys; sys.exit(3)", "import sys; sys.exit(-1)", "import sys; sys.exit(256 + 7)",
                 "import sys; sys.exit('text')", "import sys; sys.exit((1, 2))", "import sys; sys.exit(None)", "raise SystemExit", "import sys; sys.exit(2**70)",
                 "raise SystemExit(1, 2)", "raise KeyboardInterrupt", "import os; os._exit(4)", "import os; os.abort()", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
                 "import os, signal; os.kill(os.getpid(), signal.SIGINT)", "import sys; sys.stdout.close()", "import sys; del sys.stdout; print(1)", "import sys; sys.excepthook = None; 1/0",
                 "import sys; del sys.excepthook; 1/0", "import sys\ndef h(*a): print('hook', a[0]); raise OSError(1)\nsys.excepthook = h\n1/0", "raise BaseException('x')",
                 "import sys\ndef h(*a): sys.exit(9)\nsys.excepthook = h\n1/0", "import sys; sys.stderr = None; 1/0", "import sys; sys.tracebacklimit = 0; 1/0"):
        p.run("$PYTHON", "-c", code)
    p.run("sh", "-c", f"{p.interpreter} -c 'print(1)' > /dev/full", stderr=False)
    p.run("sh", "-c", f"{p.interpreter} -c 'print(1)' >&-")
    p.run("sh", "-c", f"{p.interpreter} -c 'import sys; print(sys.stdin, sys.stdout)' <&-")
    p.run("sh", "-c", f"{p.interpreter} < /")


@scenario()
def order_at_the_end(p):
    p.run("$PYTHON", "-c", '''if 1:
        import atexit, sys, threading, time, weakref
        class A:
            def __init__(self, n): self.n = n
            def __del__(self): print("del", self.n, sys.is_finalizing())
        a, b = A(1), [A(2)]
        b.append(b)
        A.c = A(3)
        r = weakref.ref(a, print)
        f = weakref.finalize(b[0], print, "finalize")
        atexit.register(print, "first"); atexit.register(print, "second")
        def late(): time.sleep(0.05); print("thread")
        threading.Thread(target=late).start()
        print("end")''')
    p.run("$PYTHON", "-c", "import atexit\n@atexit.register\ndef f(): 1/0\n@atexit.register\ndef g(): print('g')")
    p.run("$PYTHON", "-c", "import atexit, sys\n@atexit.register\ndef f(): sys.exit(3)")
    p.run("$PYTHON", "-c", "def g():\n  try: yield\n  finally: print('generator')\ng = g(); next(g)")
    p.run("$PYTHON", "-c", "import sys\nclass C:\n  def __del__(self): 1/0\nsys.x = C()")
    p.run("$PYTHON", "-c", "import threading, time\nthreading.Thread(target=time.sleep, args=(100,), daemon=True).start()\nprint(1)")


@scenario({"start.py": "print('startup')\ns = 1\n", "s.py": "v = 7\nprint('script')\n", "bad.py": "w = 8\n1/0\n", "ends.py": "import sys\nsys.exit(4)\n"})
def sessions(p):
    p.run("$PYTHON", "-i", "-q", stdin=SESSION)
    p.run("$PYTHON", "-q", "-i", "s.py", stdin="v\n")
    p.run("$PYTHON", "-q", "-i", "bad.py", stdin="w\nimport sys; sys.last_type\n")
    p.run("$PYTHON", "-q", "-i", "ends.py", stdin="'still here'\n")
    p.run("$PYTHON", "-q", "-i", "-c", "z = 1", stdin="z\nexit(5)\n")
    p.run("$PYTHON", "-q", "-i", stdin="s\n", env={"PYTHONSTARTUP": "start.py"})
    p.run("$PYTHON", "-c", "import os; os.environ['PYTHONINSPECT'] = '1'", stdin="2 + 3\n")
    p.run("$PYTHON", stdin="x = 1\nprint(x, __name__)\n")
    p.run("rm", "-f", ".python_history")  # GNU readline's and libedit's files differ


@scenario()
def locales_and_encodings(p):
    show = "import sys, locale; print([(s.encoding, s.errors) for s in (sys.stdin, sys.stdout, sys.stderr)], sys.getfilesystemencoding(), sys.flags.utf8_mode, locale.getpreferredencoding(False), locale.getencoding(), ascii(sys.argv[1:]))"
    for env in ({}, {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "C"}, {"LC_CTYPE": "C", "LANG": ""}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
                {"LANG": "C", "PYTHONCOERCECLOCALE": "warn"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "warn"}, {"PYTHONIOENCODING": "latin1"}, {"PYTHONIOENCODING": ":replace"},
                {"PYTHONIOENCODING": "ascii:backslashreplace"}, {"LC_ALL": "nonsense"}):
        p.run("$PYTHON", "-c", show, "\u00e9", "a\udcffb", env=env)
    p.run("$PYTHON", "-c", "print('\u20ac')", env={"PYTHONIOENCODING": "ascii"})
    p.run("$PYTHON", "-c", "import sys; print(ascii(sys.stdin.read())); sys.stdout.write('\\udcff')", stdin="\u20ac", env={"LC_ALL": "C"})


@scenario({"m.py": "import nothing.at.all\n", "bad.py": "x = (\n", "chain.py": "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e\n",
           "group.py": "raise ExceptionGroup('g', [ValueError(1), TypeError('t')])\n", "note.py": "e = ValueError(1)\ne.add_note('note\\nmore')\nraise e\n",
           "deep.py": "def f(n):\n    return f(n + 1)\nf(0)\n", "caret.py": "def g(x):\n    return (x.a.b +\n            1 / 0)\nclass N: pass\nn = N(); n.a = N(); n.a.b = 2\ng(n)\n"})
def tracebacks(p):
    for name in ("m", "bad", "chain", "group", "note", "deep", "caret"):
        p.run("$PYTHON", name + ".py")
        if name != "deep":  # how deep it gets depends on what importing takes
            p.run("$PYTHON", "-c", f"import {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
