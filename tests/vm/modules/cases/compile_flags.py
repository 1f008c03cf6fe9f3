"""compile(), eval() and exec(): flags, modes, what is inherited."""
import __future__
import ast
import codeop
import inspect
import types
import warnings

warnings.simplefilter("ignore")

# ---- future features come from the flags, from the source and from the caller

code = compile("def f(x: undefined): pass", "<f>", "exec", __future__.annotations.compiler_flag)
space = {}
exec(code, space)
print(space["f"].__annotations__, hex(code.co_flags), hex(space["f"].__code__.co_flags))
exec("from __future__ import annotations\nprint(hex(compile('1', '', 'eval').co_flags), hex(compile('1', '', 'eval', 0, True).co_flags))\n"
     "exec('def f(x: undefined): pass'); print(f.__annotations__)")
print(eval(compile("1 <> 2", "", "eval", __future__.CO_FUTURE_BARRY_AS_BDFL)))
for source, flags in [("1 != 2", __future__.CO_FUTURE_BARRY_AS_BDFL), ("1 <> 2", 0), ("1", 1 << 30), ("await x", 0)]:
    try:
        print(compile(source, "", "eval", flags).co_flags)
    except Exception as error:
        print(type(error).__name__, error)

# ---- await outside of functions


async def three():
    return 3


async def count():
    for i in range(3):
        yield i


class Manager:
    async def __aenter__(self):
        return "entered"

    async def __aexit__(self, *exc):
        print("left")


for source in ["x = await three(); print(x)", "async for i in count(): print(i)", "async with Manager() as m: print(m)",
               "print([i async for i in count()])", "print(1)"]:
    code = compile(source, "<f>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    print(bool(code.co_flags & inspect.CO_COROUTINE))
    result = types.FunctionType(code, globals())()
    if inspect.iscoroutine(result):
        try:
            result.send(None)
        except StopIteration:
            print("done")

# ---- one statement at a time

for source in ["1", "1\n2", "x = 1; y = 2", "def f(): pass", "def f(): pass\n", "def f():\n  pass\n\n# c\n", "if 1: pass\nelse: pass\n", "", "\n", "# c",
               "1\n\n# c\n", "for i in x: pass\ny"]:
    try:
        print(repr(source), len(compile(source, "", "single").co_consts))
    except SyntaxError as error:
        print(repr(source), error)
exec(compile("1; 'two'; None; [3]", "", "single"))

# ---- is there more to come?

for source in ["", "#a\n", "x = (1,", "if 1:", "if 1:\n  pass", "if 1:\n  pass\n", "'''a", "x = 1\\", "x = 1\\\n", "@d", "try:\n  a\n",
               "try:\n  a\nexcept:", "class A:\n  x = 1\n\n", "[1, 2", ")"]:
    for symbol in ("single", "exec", "eval"):
        try:
            print(repr(source), symbol, codeop.compile_command(source, "<f>", symbol) is not None)
        except SyntaxError as error:
            print(repr(source), symbol, error.msg)

# ---- text and bytes

print(eval(b"# coding: latin-1\n'\xe9'"), ascii(eval("# coding: latin-1\n'\u20ac'")), eval(memoryview(b" 1")), eval("\t 2"))
for source in [b"'\xff'", b"# coding: nothing\n1", "\ufeff1", b"\xef\xbb\xbf1"]:
    try:
        print(eval(source))
    except SyntaxError as error:
        print(error.msg)

# ---- errors quote the file of the name they are given

import os
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "other.py")
    with open(path, "w") as file:
        file.write("first line\nsecond line\nthird line\n")
    for source, mode in [("x = 1\nx = = 2\n", "exec"), ("x = 1\nreturn\n", "exec"), ("x = '''\n'''; )\n", "exec"), ("= 1", "eval"), ("\n\n\n\n= 1", "exec")]:
        try:
            compile(source, path, mode)
        except SyntaxError as error:
            print(error.msg, error.lineno, error.offset, repr(error.text))
