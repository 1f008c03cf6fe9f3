# Every special method written in Python, in every place that calls it, with every kind of answer: some 100,000
# outcomes, as one digest for each method and answer. `special_methods.py "neg value"` shows those of one.
import warnings

warnings.simplefilter("ignore")
import operator


# What the method does: gives a value, declines, raises, gives something odd.
ANSWERS = {
    "value": lambda self, *args: ("value",) + tuple(type(a).__name__ for a in args),
    "self": lambda self, *args: self,
    "true": lambda self, *args: True,
    "zero": lambda self, *args: 0,
    "none": lambda self, *args: None,
    "declined": lambda self, *args: NotImplemented,
    "error": lambda self, *args: 1 / 0,
    "stop": lambda self, *args: next(iter(())),
}

PLACES = """
-x
+x
~x
not x
abs(x)
bool(x)
len(x)
int(x)
float(x)
repr(x)
str(x)
bytes(x)
format(x, "5")
f"{x}"
f"{x!r}"
f"{x:>8}"
"%s %r" % (x, x)
iter(x)
list(x)
[*x]
(*x,)
{*x}
{**x}
next(x)
reversed(x)
round(x)
x + 1
1 + x
x - y
x * y
x @ y
x / y
x // y
x % y
x ** y
pow(x, y, 3)
x << y
x >> y
x & y
x | y
x ^ y
divmod(x, y)
divmod(1, x)
2 ** x
2 @ x
x < y
x <= y
x == y
x != y
x > y
x >= y
1 < x
x == 1
1 == x
x is y
x in [1, 2]
1 in x
1 not in x
x[0]
x[1:2]
x[1:2, 3]
x.missing
x.given
getattr(x, "missing", 7)
hasattr(x, "missing")
x()
x(1, k=2)
x if x else 0
1 if not x else 2
1 if x < y else 2
1 if x < y < 3 else 2
1 if 1 in x else 2
1 if x == y else 2
x and 1
x or 1
x and y or 3
[1 for _ in x]
[i for i in (1, 2) if x]
[i for i in (1, 2) if x < i]
{i: i for i in x}
sum(x)
sorted(x)
sorted([x, y])
isinstance(1, x)
issubclass(int, x)
operator.index(x)
[1, 2, 3][x]
[1, 2, 3][x:]
"abc"[x]
range(x)
[1] * x
type(x)(x)
(x, 1) == (y, 1)
[x] < [y]
{x: 1}[x]
{x, y}
x.__class__.__name__
"".join(x)
b"".join(x)
eval("1", {}, x)
bytearray(x)
enumerate(x, x)
""".strip().splitlines()

STATEMENTS = r"""
x += 1
x -= y
x *= y
x @= y
x /= y
x //= y
x %= y
x **= y
x <<= y
x &= y
x |= y
x ^= y
x[0] = 1
del x[0]
x[1:2] = 3
x[0] += 1
x.new = 1
del x.new
x.new += 1
a, b = x
a, *b = x
(a, b), c = x, 1
for a in x: r = a
for a in x: break
while x: break
while not x: break
while x < y: break
assert x
assert x, "no"
with x: r = 1
with x as r: pass
if x: r = 1
if not x: r = 1
if x and y: r = 1
if x or y: r = 1
if 1 in x: r = 1
if x == y: r = 1
raise x
r = [*x, *x]
r = (lambda *a, **k: (a, k))(*x)
r = (lambda *a, **k: (a, k))(**x)
def g(): yield from x\nr = list(g())
def g():\n  for i in x: yield i\nr = list(g())
async def c(): return await x\nc().send(None)
async def c():\n  async for i in x: pass\nc().send(None)
async def c():\n  async with x: pass\nc().send(None)
class C(x): pass
class C(metaclass=x): pass
import builtins; print = x
match x:\n  case [1, 2]: r = 1\n  case {"a": 1}: r = 2\n  case C0(): r = 3\n  case 3: r = 4\n  case _: r = 5
from math import *; r = floor(x)
try: raise ValueError\nexcept x: pass
""".strip().splitlines()

NAMES = """neg pos invert abs bool len int float complex hash repr str bytes format iter next reversed round add radd sub mul
matmul rmatmul truediv floordiv mod pow rpow lshift rshift and or xor divmod rdivmod lt le eq ne gt ge contains
getitem setitem delitem missing getattr getattribute setattr delattr call index iadd isub imul imatmul itruediv ifloordiv imod
ipow ilshift iand ior ixor enter exit await aiter anext instancecheck subclasscheck length_hint fspath dir trunc get set delete
mro_entries class_getitem hash""".split()


ENDS = {"next": StopIteration, "getitem": IndexError, "anext": StopAsyncIteration}


def make(name, answer):
    method = ANSWERS[answer]
    if name in ENDS:
        calls = []

        def method(self, *args):
            calls.append(1)
            if len(calls) > 3:
                raise ENDS[name]
            return ANSWERS[answer](self, *args)

    body = {"__%s__" % name: method, "given": 5}
    if name == "exit":
        body["__enter__"] = ANSWERS["value"]
    if name == "enter":
        body["__exit__"] = ANSWERS["none"]
    if name == "next":
        body["__iter__"] = ANSWERS["self"]
    return type("C0", (), body)


def shown(value):
    if type(value).__name__ == "C0":
        return "<C0>"
    if isinstance(value, (str, int, float, bool, tuple, list, set, dict, type(None))):
        try:
            text = repr(value)
        except Exception as error:
            return "bad repr %r" % error
        return text if " at 0x" not in text else type(value).__name__
    return type(value).__name__


def run(code, scope):
    try:
        exec(code, scope)
        return shown(scope.get("r"))
    except BaseException as error:
        text = str(error) if type(error).__name__ != "C0" else ""
        return "%s: %s" % (type(error).__name__, text if " at 0x" not in text else "")


LOOP = """
for i in range(3):
    try:
        r = f(make_one(), make_one())
    except Exception as e:
        error = e
    else:
        error = None
if error is not None:
    raise error
"""


def wrapped(source, expression):
    """The code in a function, whose variables are registers."""
    lines = source.replace("\\n", "\n")
    if expression:
        return "def f(x, y):\n    return %s\n%s" % (lines, LOOP)
    body = "\n".join("    " + line for line in lines.splitlines())
    if "import *" in lines:
        return lines
    return "def f(x, y):\n    r = None\n%s\n    return r, x\n%s" % (body, LOOP)


codes = []
for source, expression in [(s, True) for s in PLACES] + [(s, False) for s in STATEMENTS]:
    codes.append((source, compile(wrapped(source, expression), "<place>", "exec")))

import sys
import hashlib
import io

for name in NAMES:
    for answer in ANSWERS:
        lines = []
        for source, code in codes:
            C0 = make(name, answer)
            code = code.replace(co_name="<module>")
            out, sys.stdout = sys.stdout, io.StringIO()
            try:
                result = run(code, {"x": C0(), "y": C0(), "operator": operator, "C0": C0, "make_one": C0})
            finally:
                sys.stdout = out
            lines.append("%s %s | %s -> %s" % (name, answer, source, result))
        text = "\n".join(lines)
        print(name, answer, hashlib.md5(text.encode("utf-8", "backslashreplace")).hexdigest())
        if name + " " + answer in sys.argv:
            print(text)
