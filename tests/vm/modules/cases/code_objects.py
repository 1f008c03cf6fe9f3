"""Code objects: what they show, replace(), the constructor, dis."""
import dis
import io
import re
import types


def f(a, /, b=1, *c, d, **e):
    x = [i for i in b if i]
    try:
        with a as q:
            yield x, lambda: (a, x)
    except ValueError as z:
        raise TypeError from z
    finally:
        print(a.b.c[1:2], f"{a!r:>{b}}")


async def g():
    async with a as b:
        async for i in c:
            await d


class K:
    def m(self):
        return __class__, super().m()


def addresses_gone(text):
    return re.sub(r"0x[0-9a-f]+", "0x", text)


for subject in (f, g, K.m, K, "x = 1\nif x: y()\n"):
    text = io.StringIO()
    dis.dis(subject, file=text, show_caches=True)
    print(addresses_gone(text.getvalue()))
    dis.dis(subject, file=text, adaptive=True)
for code in (f.__code__, g.__code__, K.m.__code__):
    print(list(code.co_positions()), list(code.co_lines()), code.co_lnotab)
    for name in sorted(dir(code)):
        if name.startswith("co_") and name not in ("co_positions", "co_lines", "co_consts", "co_filename"):
            print(name, getattr(code, name))

code = f.__code__
FIELDS = ["co_argcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags", "co_firstlineno", "co_consts", "co_names",
          "co_varnames", "co_freevars", "co_cellvars", "co_filename", "co_name", "co_qualname", "co_linetable", "co_exceptiontable"]
for name in FIELDS:
    for value in (getattr(code, name), 5, "é", b"ab", (), None):
        try:
            other = code.replace(**{name: value})
            print(name, addresses_gone(repr(value)[:40]), other == code, addresses_gone(repr(getattr(other, name))[:40]))
        except Exception as error:
            print(name, addresses_gone(repr(value)[:40]), type(error).__name__, error)
for make in (lambda: code.replace(foo=1), lambda: code.replace(1), lambda: types.CodeType(), lambda: setattr(code, "co_code", b""),
             lambda: setattr(code, "co_name", ""), lambda: code < code, lambda: types.CodeType(*range(16)),
             lambda: types.CodeType(0, 0, 0, 0, 0, 0, b"", (), (1,), (), "", "", "", 1, b"", b"")):
    try:
        print(make())
    except Exception as error:
        print(type(error).__name__, error)
print(hash(code) == hash(code.replace()), code == code.replace(), code != g.__code__)

# ---- code of a module run as a function

space = {"__builtins__": __builtins__}
types.FunctionType(compile("y = 5\nprint(sorted(locals())[:2])\ndel y\nz: int = 1\nfrom math import *", "", "exec"), space)()
print("y" in space, space["z"], space["__annotations__"], "pi" in space)
