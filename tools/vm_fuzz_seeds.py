"""Seeds for fuzz/vm_fuzz.cpp: many small .pyc files that between them use every opcode, every method of the
builtin types, and the native modules that the fuzzer lets a program import.

    ouro tools/vm_fuzz_seeds.py OUTPUT [FILE.py ...]

Each FILE is cut into pieces: the test methods of its classes, with a stand-in for `self`, or else groups of
statements. Give it tests/vm/*/cases/*.py, and any other Python that is at hand.
"""
import ast
import hashlib
import itertools
import marshal
import os
import sys

HEADER = bytes.fromhex("a70d0d0a00000000") + bytes(8)
LARGEST = 12000

INSTANCES = {
    "int": ["7", "-(10**30)", "2**70"], "float": ["1.5", "float('nan')"], "complex": ["1+2j"], "bool": ["True"],
    "str": ["'abc xyz'", "'\\u20ac\\U00010000 a'", "''"], "bytes": ["b'abc xyz'"], "bytearray": ["bytearray(b'a b c')"],
    "memoryview": ["memoryview(bytearray(b'abcdefgh'))", "memoryview(b'abcdefgh').cast('H')"],
    "list": ["[3, 1, 2]", "[]", "['b', 'a']"], "tuple": ["(1, 2, (3,))"], "dict": ["{'a': 1, 2: [3]}", "{}"],
    "set": ["{1, 2, 'x'}"], "frozenset": ["frozenset([1, 2])"], "range": ["range(2, 20, 3)"],
    "slice": ["slice(1, 10, 2)"], "object": ["object()"], "type": ["type('C', (), {'a': 1})"],
    "BaseException": ["ValueError('a', 1)", "OSError(2, 'no', 'f')", "ExceptionGroup('g', [ValueError(1)])",
                      "UnicodeDecodeError('utf-8', b'abc', 0, 1, 'r')", "SyntaxError('m', ('f', 1, 2, 't', 1, 3))"],
    "property": ["property(lambda s: 1)"], "staticmethod": ["staticmethod(len)"],
    "classmethod": ["classmethod(lambda c: c)"], "super": ["super(int, True)"],
    "enumerate": ["enumerate('abc')"], "zip": ["zip('abc', [1, 2])"], "map": ["map(str, [1, 2])"],
    "filter": ["filter(None, [0, 1])"], "reversed": ["reversed([1, 2])"],
    "function": ["(lambda a, b=2, *c, d=4, **e: (a, b))"], "generator": ["(x for x in [1, 2, 3])"],
    "method": ["[].append", "type('C', (), {'m': lambda self: self})().m"], "code": ["(lambda a: a).__code__"],
    "view": ["{1: 2, 3: 4}.keys()", "{1: 2}.items()", "{1: 2}.values()", "type.__dict__"],
    "iterator": ["iter([1, 2])", "iter({1: 2})", "iter({1, 2})", "iter('abc')", "iter(b'abc')", "iter(range(5))",
                 "iter(lambda: 1, 1)", "iter((1, 2))", "reversed({1: 2})"],
    "alias": ["list[int]", "int | str", "dict[str, int]"],
    "array": ["__import__('array').array('i', [1, 2, 3])", "__import__('array').array('d', [1.0])"],
    "deque": ["__import__('_collections').deque([1, 2, 3], 5)", "__import__('_collections').defaultdict(list)",
              "__import__('_collections').OrderedDict([(1, 2), (3, 4)])"],
    "functools": ["__import__('_functools').partial(int, base=2)",
                  "__import__('_functools')._lru_cache_wrapper(len, 3, False, tuple)"],
    "io": ["__import__('_io').StringIO('a\\nb')", "__import__('_io').BytesIO(b'a\\nb')",
           "__import__('_io').BufferedReader(__import__('_io').BytesIO(b'a\\nb'))",
           "__import__('_io').TextIOWrapper(__import__('_io').BytesIO(b'a\\nb'), 'utf-8')"],
    "struct": ["__import__('_struct').Struct('<iH4s')", "__import__('_struct').Struct('b').iter_unpack(b'ab')"],
    "random": ["__import__('_random').Random(5)"], "hash": ["__import__('_md5').md5(b'a')"],
    "weakref": ["__import__('_weakref').ref(ValueError)", "__import__('_weakref').proxy(ValueError)"],
    "context": ["__import__('_contextvars').copy_context()", "__import__('_contextvars').ContextVar('v', default=1)"],
    "csv": ["__import__('_csv').reader(['a,b', '1,2'])"],
    "itertools": [f"__import__('itertools').{call}" for call in (
        "count(3, 2)", "cycle([1, 2])", "repeat(1, 3)", "chain([1], [2])", "islice([1, 2, 3], 1, 3)",
        "groupby([1, 1, 2])", "tee([1, 2])[1]", "product([1, 2], [3])", "permutations([1, 2, 3], 2)",
        "combinations([1, 2, 3], 2)", "accumulate([1, 2])", "zip_longest([1], [2, 3])", "starmap(pow, [(2, 3)])",
        "pairwise([1, 2, 3])", "compress([1, 2], [0, 1])", "dropwhile(bool, [1, 0])", "takewhile(bool, [1, 0])",
        "filterfalse(None, [0, 1])", "combinations_with_replacement([1, 2], 2)")],
}
MODULES = ["_bisect", "_codecs", "_collections", "_csv", "_functools", "_heapq", "_operator", "_random", "_sre",
           "_string", "_struct", "_weakref", "array", "binascii", "cmath", "gc", "itertools", "marshal", "math",
           "unicodedata", "sys", "builtins", "zlib", "_json"]
SKIPPED = {"exit", "breakpoint", "input", "open", "exec", "eval", "compile", "help", "quit", "__import__",
           "_debugmallocstats", "credits", "license", "copyright", "_settraceallthreads"}
ARGUMENTS = ["1", "'ab'", "[1, 2]", "None", "b'xy'", "2.5", "{'a': 1}", "(1, 2)", "-3", "10**20", "len", "int"]

CONSTRUCTS = r'''
class A:
    __slots__ = ('x', 'y', '__weakref__')
    def __init__(self, x): self.x = x
    def __eq__(self, other): return self.x == other.x
    def __hash__(self): return hash(self.x)
    def __del__(self): self.y = 1
a = {A(1): 2, A(2): 3}
del a[A(1)]
---
class M(type):
    def __new__(m, n, b, d, **k): return super().__new__(m, n, b, d)
    def __call__(c, *a): return type.__call__(c, *a)
    def __getattr__(c, n): return n
class C(metaclass=M, k=1):
    def __init_subclass__(cls, **k): cls.k = k
    def __class_getitem__(cls, i): return i
class D(C, q=2): pass
D[1], D.foo, D()
D.__bases__ = (C,)
---
class D:
    def __get__(self, o, t=None): return (o, t)
    def __set__(self, o, v): o.__dict__['v'] = v
    def __delete__(self, o): pass
    def __set_name__(self, o, n): self.n = n
class C:
    d = D()
    @property
    def p(self): return self.d
    @p.setter
    def p(self, v): self.d = v
    @classmethod
    def c(cls): return cls
    @staticmethod
    def s(x): return x
c = C(); c.d = 5; c.d; del c.d; c.p = 1; c.p; C.c(); c.s(1)
c.__class__ = type('E', (C,), {})
---
def g(n):
    try:
        while n:
            got = yield n
            n -= 1
            if got: n += yield from h(got)
    except ValueError as e:
        yield e
    finally:
        yield 'end'
def h(x):
    yield x
    return 2
i = g(3); next(i); i.send(1); next(i)
try: i.throw(ValueError(1))
except StopIteration: pass
i.close()
list(g(4))
---
async def c(x):
    async with W() as w:
        async for i in ag(x):
            x += i
    return [i async for i in ag(2) if i], {await d(i) for i in [1]}
async def d(x): return x
async def ag(n):
    for i in range(n):
        try: yield i
        finally: await d(1)
class W:
    async def __aenter__(self): return self
    async def __aexit__(self, *a): return True
k = c(3)
try:
    while True: k.send(None)
except StopIteration as e: r = e.value
a = ag(3)
for m in (a.asend(None), a.__anext__(), a.athrow(ValueError), a.aclose()):
    try: m.send(None)
    except BaseException as e: pass
---
def f(x):
    match x:
        case 1 | 2: return 'n'
        case [a, *b, 3]: return a, b
        case {'k': v, **rest}: return v, rest
        case int(real=r) if r > 5: return r
        case str() as s: return s
        case P(x=0, y=q) | P(q, 1): return q
        case (None | True): return None
        case _: return 'other'
class P:
    __match_args__ = ('x', 'y')
    def __init__(s, x, y): s.x, s.y = x, y
for v in (1, [1, 2, 3], {'k': 1, 'z': 2}, 9, 'abc', P(0, 1), P(3, 1), None, 2.5): f(v)
---
def f():
    try:
        raise ExceptionGroup('g', [ValueError(1), TypeError(2), ExceptionGroup('h', [KeyError(3)])])
    except* ValueError as e:
        x = e
    except* (TypeError, KeyError):
        raise
try: f()
except BaseException as e:
    e.add_note('n'); e.__traceback__.tb_frame.f_locals; e.split(KeyError); e.derive([e])
---
def f(a, /, b, *c, d=1, e, **k):
    def inner():
        nonlocal a, b
        a += 1; b = c
        return a, d, e, k
    return inner
x = f(1, 2, 3, e=4, z=5)(); f(*[1, 2], **{'e': 3}); f(1, b=2, e=3)
for bad in (lambda: f(), lambda: f(1, 2, a=1), lambda: f(1, 2, e=1, **{'e': 2}), lambda: f(**{1: 2})):
    try: bad()
    except TypeError: pass
---
def f(x, *, y=[]):
    global G
    G = x
    with C() as c, C() as (p, q):
        if x > 1: return c
        for i in range(3):
            try:
                if i == 1: continue
                if i == 2: break
            finally: y.append(i)
        else: return p
    return 'end'
class C:
    def __enter__(self): return (1, 2)
    def __exit__(self, *a): return True
f(1); f(2); f(None)
---
a = [1, 2, 3, 4]
a[1:3] = 'xyz'; a[::2] = [0] * len(a[::2]); del a[0], a[-1:]; a[0] += 1; a *= 2
b, *c, d = a
[e, (f, *g)] = 1, 'abc'
x = y = {**{'a': 1}, 'b': 2}; z = [*a, *b'ab']; s = {*a}
f"{a!r:>{10}} {d=} {x['a']:04} {'q'!a}"
w = (n := 5) + n; ~n; -n; +n; not n
n @ 1 if 0 else n // 2 ** 3 % 4 << 1 >> 1 & 7 | 1 ^ 2
1 < n <= 9 != 3 is not None; n in a and n not in a or n is None
n -= 1; n *= 2; n //= 2; n %= 5; n **= 2; n <<= 1; n >>= 1; n &= 7; n |= 1; n ^= 2; n /= 2
assert n, 'm'
lambda *a, **k: (a, k)
---
l = [(i, j) for i in range(3) if i for j in 'ab']
d = {k: v for k, v in l}
s = {i for i in l}
g = (i for i in l if i)
def outer(n):
    return [lambda: n + i for i in range(3)], {i: [j + n for j in range(i)] for i in range(3)}
[h() for h in outer(1)[0]]
class K:
    v = 3
    w = [v for _ in range(2)] if 0 else [x for x in range(v)]
    def m(self): return __class__, super().__init__()
K().m()
---
import sys
seen = []
def trace(frame, event, arg):
    seen.append((event, frame.f_lineno, dict(frame.f_locals)))
    if event == 'line' and len(seen) == 5:
        try: frame.f_lineno = frame.f_lineno + 1
        except ValueError: pass
    return trace
def f(n):
    x = 1
    for i in range(n):
        x += i
    try: x / 0
    except ZeroDivisionError: y = 3
    return x
sys.settrace(trace); f(3); sys.settrace(None)
sys.setprofile(lambda *a: seen.append(a[1])); f(2); len('a'); sys.setprofile(None)
---
import gc, _weakref
class N:
    def __init__(self): self.me = self
    def __del__(self): kept.append(self)
kept = []; dead = []
r = [_weakref.ref(N(), dead.append) for _ in range(5)]
gc.collect(); gc.get_objects()[:3]; gc.get_referrers(kept); gc.get_referents(N)
[x() for x in r]
---
def r(n): return r(n + 1)
try: r(0)
except RecursionError: pass
x = []
for i in range(3000): x = [x]
for f in (repr, lambda v: v == v[:], lambda v: hash((v,))):
    try: f(x)
    except (RecursionError, TypeError): pass
class R:
    def __getattr__(s, n): return getattr(s, n + 'x')
    def __repr__(s): return repr(s)
    def __eq__(s, o): return s == o
    __hash__ = None
    def __lt__(s, o): return o < s
for f in (repr, lambda v: v.a, lambda v: v == R(), lambda v: sorted([v, R()])):
    try: f(R())
    except RecursionError: pass
---
import sys
def f(a):
    b = a
    def g(): return b, sys._getframe(1)
    fr = g()[1]
    fr.f_locals['b'] = 5; fr.f_back; fr.f_code.co_positions(); list(fr.f_code.co_lines()); fr.f_code.replace(co_name='z')
    fr.f_trace = g; fr.clear
    return fr
fr = f(1); fr.clear(); fr.f_lasti, fr.f_lineno
f.__code__ = (lambda a: a).__code__; f(2)
f.__defaults__ = (1,); f(); f.__kwdefaults__ = {'q': 1}; type(f)(f.__code__, {}, 'n', (3,), None)()
'''

PRELUDE = '''class _Any:
    def __getattr__(self, name): return _Any() if name[:1] != '_' else object.__getattribute__(self, name)
    def __call__(self, *a, **k):
        for f in a[:3]:
            if callable(f) and not isinstance(f, type):
                try: return f(*a[a.index(f) + 1:], **k)
                except Exception: pass
        return self
    def __enter__(self): return self
    def __exit__(self, t, v, b): return t is not None and issubclass(t, Exception)
    def __iter__(self): return iter(())
self = support = unittest = _Any()
self.assertEqual = self.assertIs = self.assertIn = self.assertNotEqual = lambda *a, **k: a[0] == a[1]
'''


class Writer:
    def __init__(self, directory):
        self.directory = directory
        self.count = 0
        os.makedirs(directory, exist_ok=True)

    def add(self, source):
        try:
            code = compile(source, "<seed>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return
        data = HEADER + marshal.dumps(code)
        if len(data) > LARGEST:
            return
        name = hashlib.sha256(data).hexdigest()[:16] + ".pyc"
        with open(os.path.join(self.directory, name), "wb") as file:
            file.write(data)
        self.count += 1


def attempt(expression):
    return f"try: {expression}\nexcept Exception: pass\n"


def add_methods(writer):
    for instances in INSTANCES.values():
        for instance in instances:
            try:
                names = dir(eval(instance))
            except Exception:
                continue
            rounds = itertools.cycle(ARGUMENTS)
            for start in range(0, len(names), 4):
                source = f"x = {instance}\n"
                for name in names[start:start + 4]:
                    for count in range(3):
                        source += attempt(f"x.{name}({', '.join(itertools.islice(rounds, count))})")
                writer.add(source)


def add_functions(writer):
    for module in MODULES:
        try:
            names = sorted(dir(__import__(module)))
        except ImportError:
            continue
        rounds = itertools.cycle(ARGUMENTS)
        calls = [name for name in names if name not in SKIPPED and not name.startswith("__")]
        for start in range(0, len(calls), 4):
            source = "" if module == "builtins" else f"import {module}\n"
            prefix = "" if module == "builtins" else module + "."
            for name in calls[start:start + 4]:
                for count in range(4):
                    source += attempt(f"{prefix}{name}({', '.join(itertools.islice(rounds, count))})")
            writer.add(source)


def test_methods(tree):
    for cls in ast.walk(tree):
        if isinstance(cls, ast.ClassDef):
            for item in cls.body:
                if isinstance(item, ast.FunctionDef) and item.name.startswith("test"):
                    yield item


def add_file(writer, path):
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    methods = list(test_methods(tree))
    imports = [s for s in tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]
    head = PRELUDE + "".join(attempt(ast.unparse(s)) for s in imports) if methods else ""
    for method in methods:
        method.decorator_list = []
        writer.add(head + ast.unparse(method) + "\n" + attempt(f"{method.name}(self)"))
    if methods:
        return
    head = "".join(ast.unparse(s) + "\n" for s in imports)
    for start in range(0, len(tree.body), 6):
        writer.add(head + "\n".join(ast.unparse(s) for s in tree.body[start:start + 6]))


def main():
    writer = Writer(sys.argv[1])
    for source in CONSTRUCTS.split("---\n"):
        writer.add(source)
    add_methods(writer)
    add_functions(writer)
    for path in sys.argv[2:]:
        try:
            add_file(writer, path)
        except (SyntaxError, UnicodeDecodeError, RecursionError):
            print("left out:", path)
    print(writer.count, "seeds")


main()
