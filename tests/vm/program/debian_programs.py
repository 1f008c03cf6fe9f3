"""Programs from Debian's packages, unmodified, and library modules run with -m: by python3.11 and by ouro, with equal
output. A program that is not installed is named and left out."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scenario import main, scenario

LIBRARY = "/usr/lib/python3.11"
SAMPLES = [name for name in ("argparse.py", "textwrap.py", "json/decoder.py", "shlex.py") if os.path.exists(f"{LIBRARY}/{name}")]
BAD_SOURCE = '''import os, sys
import json
def f(x ):
    y = undefined_name
    l = 1;  return x==None
class  A:
  def g(self): print ("%s %s" % (1,))
def broken(a, a2=[]): return lambda: b
from os import *
x = f"{1!r}"
'''
RST = '''
=====
Title
=====

:Author: Nobody

Section
-------

*Emphasis*, **strong**, ``literal``, a `link <https://example.org/>`_ and a footnote [1]_.

- one
- two

  1. nested
  2. list

.. code:: python

   def f(x):
       return x + 1

.. table:: Numbers

   === =====
   n   n*n
   === =====
   1   1
   2   4
   === =====

.. note:: Mind the |gap|.

.. |gap| replace:: gap

.. [1] The note.

Unknown_ reference.
'''
TESTS = '''import unittest
class T(unittest.TestCase):
    def test_good(self): self.assertEqual(1, 1)
    def test_bad(self): self.assertEqual([1, 2], [1, 3])
    def test_error(self): {}["x"]
    @unittest.skip("later")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_parts(self):
        for i in range(3):
            with self.subTest(i=i): self.assertLess(i, 2)
'''
JSON = '{"b": [1, 2.5, null, true], "a": {"x": "\\u00e9\\u20ac\\n", "y": []}, "n": -1e400}'
MISSING = []


def program(name, package, *places):
    """Where a program is; None (and its package noted) when it is not installed."""
    for path in places or (f"/usr/bin/{name}",):
        if os.path.exists(path):
            return path
    MISSING.append(f"{name} (Debian package {package})")
    return None


@scenario({"bad.py": BAD_SOURCE, "syntax.py": "def f(:\n  pass\n", "good.py": "print('hi')\n"})
def pyflakes(p):
    if path := program("pyflakes3", "pyflakes3"):
        p.run("$PYTHON", path, "bad.py", "good.py", "syntax.py")
        p.run("$PYTHON", path, stdin=BAD_SOURCE)
        p.run("$PYTHON", path, *(f"{LIBRARY}/{name}" for name in SAMPLES))


@scenario({"bad.py": BAD_SOURCE, "good.py": "print('hi')\n"})
def pycodestyle(p):
    if path := program("pycodestyle", "pycodestyle"):
        p.run("$PYTHON", path, "bad.py", "good.py")
        p.run("$PYTHON", path, "--statistics", "--show-source", "--max-line-length=70", *(f"{LIBRARY}/{name}" for name in SAMPLES))


@scenario({"bad.py": BAD_SOURCE, "data.json": JSON})
def pygmentize(p):
    if path := program("pygmentize", "python3-pygments"):
        p.run("$PYTHON", path, "-f", "html", "-O", "full,linenos=1", "bad.py")
        p.run("$PYTHON", path, "-f", "terminal256", f"{LIBRARY}/textwrap.py")
        p.run("$PYTHON", path, "-l", "json", "-f", "raw", "data.json")
        p.run("$PYTHON", path, "-L", "formatters")
        p.run("$PYTHON", path, "-g", "/usr/bin/pygmentize")


@scenario({"page.rst": RST})
def rst2html(p):
    path = program("rst2html", "python3-docutils", "/usr/bin/rst2html",
                   "/usr/share/docutils/scripts/python3/rst2html.py")
    if path:
        p.run("$PYTHON", path, "--no-generator", "--no-datestamp", "page.rst")
        p.run("$PYTHON", path.replace("rst2html", "rst2pseudoxml"), "page.rst")
        p.run("$PYTHON", path.replace("rst2html", "rst2latex"), "page.rst")


@scenario()
def pip(p):
    if program("pip3", "python3-pip"):
        p.run("$PYTHON", "-m", "pip", "--version")
        p.run("$PYTHON", "-m", "pip", "--help")


@scenario({"test_it.py": TESTS})
def unit_tests(p):
    # Times differ; everything else is the same.
    for arguments in (["-q"], ["-v", "test_it"], ["-k", "good", "-f"], ["discover", "-b"], ["test_it.T.nothing"]):
        p.run("sh", "-c", f"{p.interpreter} -m unittest {' '.join(arguments)} 2>&1 | sed 's/in [0-9.]*s/in TIME/'")


@scenario({"data.json": JSON, "bad.json": '{"a": [1, 2'})
def json_tool(p):
    p.run("$PYTHON", "-m", "json.tool", "data.json")
    p.run("$PYTHON", "-m", "json.tool", "--sort-keys", "--indent", "2", "--no-ensure-ascii", "data.json", "out.json")
    p.run("$PYTHON", "-m", "json.tool", "bad.json")
    p.run("$PYTHON", "-m", "json.tool", "--compact", stdin='[1, {"x": "y"}]')


@scenario()
def timing(p):
    # One repetition: with two, a busy machine makes timeit warn that they differ.
    p.run("sh", "-c", p.interpreter + " -m timeit -n 2 -r 1 -s 'x=1' 'x+1' | sed 's/[0-9.]* [num]*sec/TIME/'")
    p.run("$PYTHON", "-m", "timeit", "-n", "1", "-r", "1", "nonsense")


@scenario({"app/main.py": "import sys\ndef run():\n    print('running', sys.argv[1:])\n    return 3\n"})
def zipapp(p):
    p.run("$PYTHON", "-m", "zipapp", "app", "-m", "main:run", "-o", "app.pyz", "-p", "/usr/bin/env python3")
    p.run("$PYTHON", "-m", "zipapp", "app.pyz", "--info")
    p.run("$PYTHON", "app.pyz", "x")
    p.run("rm", "app.pyz")  # its bytes hold the time


@scenario({"page.py": "'Module text.'\nclass C:\n    'Class text.'\n    __slots__ = ()\n    def m(self, x: int = 3) -> str:\n        'Method text.'\n"})
def library_modules(p):
    p.run("$PYTHON", "-m", "pydoc", "./page.py")
    p.run("$PYTHON", "-m", "dis", "page.py")
    p.run("$PYTHON", "-m", "ast", "page.py")
    p.run("$PYTHON", "-m", "tokenize", "page.py")
    p.run("$PYTHON", "-m", "calendar", "2024", "2")
    p.run("$PYTHON", "-m", "base64", "-e", "page.py")
    p.run("$PYTHON", "-m", "quopri", "page.py")
    p.run("$PYTHON", "-m", "inspect", "textwrap:dedent")
    p.run("$PYTHON", "-m", "zipfile", "-l", "page.py")
    p.run("$PYTHON", "-m", "this")
    p.run("$PYTHON", "-m", "tabnanny", "-v", "page.py")
    p.run("$PYTHON", "-m", "pyclbr", "page.py")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    finally:
        for name in dict.fromkeys(MISSING):
            print(f"not installed, left out: {name}")
