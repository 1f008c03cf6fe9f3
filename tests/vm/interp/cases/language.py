def fib(n):
    if n < 2: return n
    return fib(n-1) + fib(n-2)
print(fib(20))
x = 0
for i in range(10): x += i*i
print(x, x/3, 7//2, -7//2, -7%3, 2**100, 1<<70)
print([a*b for a in range(3) for b in range(3)], {k: v for k, v in zip("abc", range(3))}, {1,2,3})
class A:
    z = 5
    def __init__(self, v): self.v = v
    def get(self): return self.v
    @property
    def prop(self): return self.v * 2
    @classmethod
    def cm(cls): return cls.__name__
    @staticmethod
    def sm(q): return q+1
    def __add__(self, o): return A(self.v + o.v)
    def __getitem__(self, i): return i
    def __repr__(self): return f"A({self.v!r})"
    def __eq__(self, o): return isinstance(o, A) and self.v == o.v
    def __call__(self, *a, **k): return a, k
a = A(3)
print(a.get(), a.prop, a.cm(), A.sm(1), a + A(4), a[5], a(1, b=2), a == A(3), a != A(3), a.z)
def f(a, b=2, *args, c, d=4, **kw): return a, b, args, c, d, kw
print(f(1, c=3), f(1,2,3,4,c=5,e=6))
for call in (lambda: f(), lambda: f(1), lambda: f(1,2,a=3,c=1), lambda: fib(), lambda: fib(1,2), lambda: fib(1,x=2)):
    try: call()
    except TypeError as e: print(e)
def po(a, /, b): return a
try: po(a=1, b=2)
except TypeError as e: print(e)
try: undefined_name
except NameError as e: print(e, e.name)
def u():
    print(q)
    q = 1
try: u()
except UnboundLocalError as e: print(e)
def gen():
    try:
        x = yield 1
        print("got", x)
        yield 2
    finally: print("fin")
    return 9
g = gen(); print(next(g), g.send("hi"))
try: next(g)
except StopIteration as e: print("stop", e.value)
def outer():
    r = yield from gen()
    print("r", r)
print(list(outer()))
def closure():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc
c = closure(); c(); print(c())
try:
    try: 1/0
    except ZeroDivisionError as e: raise ValueError("x") from e
except ValueError as e: print(repr(e), repr(e.__cause__), repr(e.__context__))
try:
    raise ExceptionGroup("g", [ValueError(1), TypeError(2)])
except* ValueError as e: print("VE", e.exceptions)
except* TypeError as e: print("TE", e.exceptions)
class CM:
    def __enter__(self): print("enter"); return self
    def __exit__(self, *a): print("exit", a[0]); return True
with CM() as cm: raise KeyError(1)
def m(x):
    match x:
        case 1: return "one"
        case [a, *r]: return ("seq", a, r)
        case {"k": v, **rest}: return ("map", v, rest)
        case A(v=vv): return ("A", vv)
        case str(s): return ("str", s)
        case _: return "other"
print(m(1), m([1,2,3]), m({"k": 1, "z": 2}), m(A(7)), m("s"), m(2.5))
a1, (b1, *c1) = 1, (2, 3, 4); print(a1, b1, c1)
print("%s %d" % ("a", 3), f"{3.14159:.2f} {a!r:>10}", "abc"[::-1])
while x > 0: x -= 100
else: print("else", x)
d = {}; d["a"] = 1; d["b"] = d["a"] + 1; del d["a"]; print(d, "b" in d, "a" not in d)
lst = [3,1,2]; lst.sort(); lst[0] = 10; print(lst, sorted(lst, key=lambda v: -v), lst[-1])
class B(A):
    def __init__(self, v): super().__init__(v); self.w = 1
    def get(self): return super().get() + 100
print(B(1).get(), isinstance(B(1), A), B.__mro__[1].__name__)
async def co():
    return 5
async def main():
    async def ag():
        yield 1
        yield 2
    out = []
    async for v in ag(): out.append(v)
    return out, await co()
try: main().send(None)
except StopIteration as e: print(e.value)
import sys
def depth(n): return depth(n+1)
try: depth(0)
except RecursionError as e: print(e)
def tb():
    try: 1/0
    except Exception as e:
        t = e.__traceback__
        return t.tb_lineno, t.tb_frame.f_code.co_name
print(tb(), sys._getframe().f_lineno)
lo = 0
for _ in range(3):
    for __ in range(3):
        if __ == 1: continue
        if _ == 2: break
        lo += 1
print(lo, sum(i for i in range(5)), max([1,5,2]), [*range(3)], {**{"a":1}}, (lambda *a: a)(*[1,2]))
assert lo == 4, "bad"
print(1 if lo else 2, not lo, lo and 5, lo or 6, 1 < 2 < 3, 1 is None)
g2 = (i*2 for i in [1,2,3]); print(next(g2), list(g2))
print(locals() is globals(), type(fib), fib.__name__, fib.__defaults__, f.__kwdefaults__)
exec("yy = 3"); print(yy, eval("yy+1"))


# ---- unary operators written in Python
class Unary:
    def __init__(self, value):
        self.value = value

    def __neg__(self):
        return Unary(-self.value)

    def __pos__(self):
        return Unary(+self.value)

    def __invert__(self):
        return Unary(~self.value)

    def __abs__(self):
        return Unary(abs(self.value))


def unary(x):
    y = -x
    return [u.value for u in (y, +x, ~x, abs(y), --x)]


print(unary(Unary(5)))


# ---- a property that raises is asked once, also where there is a __getattr__
class Counted:
    asked = 0

    def __getattr__(self, name):
        print("__getattr__", name)
        raise AttributeError(name)

    @property
    def bad(self):
        Counted.asked += 1
        raise ValueError

    @property
    def missing(self):
        Counted.asked += 1
        raise AttributeError


for i in range(3):
    for name in "bad", "missing":
        try:
            Counted().bad if name == "bad" else Counted().missing
        except (ValueError, AttributeError) as error:
            print(repr(error), Counted.asked)
