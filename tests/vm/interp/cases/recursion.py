# Everything that calls back into Python, without end: each is a RecursionError (or what else CPython makes of
# it), and the program goes on.
import re, sys, copy, json, pickle, marshal, abc, types, collections, functools
def check(name, f):
    try:
        r = f()
        print(name, 'ok', type(r).__name__)
    except RecursionError as e:
        print(name, 'RecursionError')
    except BaseException as e:
        print(name, type(e).__name__, str(e)[:100])
class A:
    def __getattr__(self, n): return getattr(self, n)
check('getattr', lambda: A().x)
class A:
    def __getattribute__(self, n): return getattr(self, n)
check('getattribute', lambda: A().x)
class A:
    def __getattribute__(self, n): return self.x
check('getattribute2', lambda: A().x)
class A:
    def __setattr__(self, n, v): setattr(self, n, v)
check('setattr', lambda: setattr(A(), 'x', 1))
class A:
    def __setattr__(self, n, v): self.x = v
check('setattr2', lambda: setattr(A(), 'x', 1))
class A:
    def __delattr__(self, n): del self.x
check('delattr', lambda: delattr(A(), 'x'))
class Dsc:
    def __get__(self, i, o): return i.x
class A: x = Dsc()
check('get', lambda: A().x)
class Dsc:
    def __set__(self, i, v): i.x = v
class A: x = Dsc()
check('set', lambda: setattr(A(), 'x', 1))
class A:
    @property
    def x(self): return self.x
check('property', lambda: A().x)
import operator, math, os
ops = {
 'repr': repr, 'str': str, 'bytes': bytes, 'hash': hash, 'bool': bool, 'len': len, 'int': int, 'float': float, 'complex': complex, 'index': operator.index, 'abs': abs, 'neg': operator.neg, 'pos': operator.pos,
 'invert': operator.invert, 'iter': iter, 'next': next, 'reversed': reversed, 'dir': dir, 'format': format, 'round': round, 'trunc': math.trunc, 'floor': math.floor, 'ceil': math.ceil, 'fspath': os.fspath, 'copy': copy.copy,
 'length_hint': operator.length_hint, 'call': lambda x: x(), 'enter': lambda x: x.__enter__(),
}
for n, f in ops.items():
    g = f
    cls = type('A', (), {'__%s__' % n: lambda self, *a, f=f: f(self)})
    check('unary ' + n, lambda: f(cls()))
for n in 'add sub mul truediv floordiv mod pow lshift rshift and_ or_ xor matmul lt le eq ne gt ge getitem contains concat delitem iadd isub imul'.split():
    f = getattr(operator, n)
    d = {'concat': '__add__', 'and_': '__and__', 'or_': '__or__'}.get(n, '__%s__' % n)
    cls = type('A', (), {d: lambda self, o, f=f: f(self, o)})
    check('binary ' + n, lambda: f(cls(), 1))
    r = '__r%s__' % d.strip('_')
    cls = type('A', (), {r: lambda self, o, f=f: f(o, self)})
    check('rbinary ' + n, lambda: f(1, cls()))
check('divmod', lambda: divmod(type('A', (), {'__divmod__': lambda s, o: divmod(s, o)})(), 1))
check('setitem', lambda: operator.setitem(type('A', (), {'__setitem__': lambda s, o, v: operator.setitem(s, o, v)})(), 1, 2))
check('missing', lambda: type('A', (dict,), {'__missing__': lambda s, k: s[k]})()[1])
class M(type):
    def __instancecheck__(c, i): return isinstance(i, c)
    def __subclasscheck__(c, i): return issubclass(i, c)
    def __call__(c, *a): return c(*a)
class A(metaclass=M): pass
check('instancecheck', lambda: isinstance(1, A))
check('subclasscheck', lambda: issubclass(int, A))
check('meta call', lambda: A())
class A(abc.ABC):
    @classmethod
    def __subclasshook__(cls, c): return issubclass(c, A)
check('subclasshook', lambda: issubclass(int, A))
class A:
    def __new__(cls): return A()
check('new', A)
class A:
    def __init__(self): A()
check('init', A)
class A:
    def __init_subclass__(cls): type('B', (A,), {})
check('init_subclass', lambda: type('B', (A,), {}))
class A:
    def __set_name__(self, o, n): type('B', (), {'a': self})
check('set_name', lambda: type('B', (), {'a': A()}))
class A:
    def __class_getitem__(cls, i): return cls[i]
check('class_getitem', lambda: A[1])
class M(type):
    def __prepare__(n, b): return types.new_class('X', (), {'metaclass': M})
check('prepare', lambda: types.new_class('X', (), {'metaclass': M}))
class M(type):
    def mro(c): return type.__new__(M, 'X', (), {}).__mro__
check('mro', lambda: M('X', (), {}))
class K:
    def __lt__(self, o): return sorted([K(), K()])
check('sort lt', lambda: sorted([K(), K()]))
def key(x): return sorted([1, 2], key=key)
check('sort key', lambda: key(1))
def mp(x): return list(map(mp, [1]))
check('map', lambda: mp(1))
def fl(x): return list(filter(fl, [1]))
check('filter', lambda: fl(1))
def red(x, y): return functools.reduce(red, [1, 2])
check('reduce', lambda: red(1, 2))
def sub(m): return re.sub('a', sub, 'a')
check('re.sub', lambda: re.sub('a', sub, 'a'))
def ev(): eval('ev()')
check('eval', ev)
def ex(): exec('ex()')
check('exec', ex)
def lam(): return (lambda: lam())()
check('lambda', lam)
def gen(): yield from gen()
check('yield from', lambda: next(gen()))
def gen2():
    for x in gen2(): yield x
check('gen for', lambda: next(gen2()))
async def co(): await co()
check('coro', lambda: co().send(None))
async def ag():
    async for x in ag(): yield x
check('async gen', lambda: ag().__anext__().send(None))
@functools.lru_cache
def lc(n): return lc(n + 1)
check('lru_cache', lambda: lc(0))
class C:
    @functools.cached_property
    def x(self): return C().x
check('cached_property', lambda: C().x)
dd = collections.defaultdict(lambda: dd[object()])
check('defaultdict', lambda: dd[1])
class H:
    def __hash__(self): return hash((self,))
check('hash tuple', lambda: hash(H()))
class EQ:
    def __eq__(self, o): return [self] == [o]
    __hash__ = object.__hash__
check('eq list', lambda: EQ() == EQ())
class R:
    def __repr__(self): return repr([R()])
check('repr list', lambda: repr(R()))
class R:
    def __str__(self): return '%s' % R()
check('str pct', lambda: str(R()))
class R:
    def __str__(self): return f'{R()}'
check('str f', lambda: str(R()))
class R:
    def __format__(self, s): return '{}'.format(R())
check('format', lambda: format(R()))
class R(Exception):
    def __str__(self): return str(R())
check('exc str', lambda: str(R()))
class X:
    def __exit__(self, *a): 
        with X(): pass
    def __enter__(self): pass
check('exit', lambda: X().__exit__())
class X:
    def __iter__(self): return iter(X())
check('iter', lambda: iter(X()))
check('list', lambda: list(X()))
check('unpack', lambda: [*X()])
class X:
    def __next__(self): return next(X())
    def __iter__(self): return self
check('next', lambda: next(X()))
check('for', lambda: list(X()))
class X:
    def __bool__(self): return not X()
check('bool', lambda: bool(X()))
class X:
    def __contains__(self, x): return 1 in X()
check('contains', lambda: 1 in X())
class X:
    def __index__(self): return [1][X()]
check('index', lambda: [1][X()])
class X:
    def __reduce_ex__(self, p): return copy.copy(self)
check('copy', lambda: copy.copy(X()))
import builtins
class X:
    def __getitem__(self, i): return X()[i]
check('getitem', lambda: X()[1])
class X:
    def __await__(self): return X().__await__()
check('await', lambda: X().__await__())
check('super', lambda: exec('''
class B:
    def f(self): return super().__getattribute__("f")()
B().f()''', {}))
def tr(*a):
    return tr(*a)
check('star', lambda: tr(1))
def kw(**k): return kw(**k)
check('kwargs', lambda: kw(a=1))
def cmp(a, b): return functools.cmp_to_key(cmp)(a) < functools.cmp_to_key(cmp)(b)
check('cmp_to_key', lambda: cmp(1, 2))
check('warn', lambda: __import__('warnings').warn(type('W', (Warning,), {'__str__': lambda s: str(s)})()))
class S(str):
    def __hash__(self): return {S('a'): 1}[S('a')]
check('dict hash', lambda: {S('a'): 1})
class S:
    def __hash__(self): return 1
    def __eq__(self, o): return o in {S(): 1, 2: 2}
check('dict eq', lambda: S() in {S(): 1})
check('json dumps', lambda: json.dumps(functools.reduce(lambda a, _: [a], range(100000), 1)))
check('json dumps d', lambda: json.dumps(functools.reduce(lambda a, _: {'a': a}, range(100000), 1)))
check('json loads', lambda: json.loads('[' * 100000))
check('json loads d', lambda: json.loads('{"a":' * 100000))
check('json py', lambda: json.dumps(functools.reduce(lambda a, _: [a], range(100000), 1), indent=1))
check('pickle', lambda: pickle.dumps(functools.reduce(lambda a, _: [a], range(100000), 1)))
check('pickle py', lambda: pickle._dumps(functools.reduce(lambda a, _: [a], range(100000), 1)))
check('marshal', lambda: marshal.dumps(functools.reduce(lambda a, _: [a], range(100000), 1)))
check('marshal t', lambda: marshal.dumps(functools.reduce(lambda a, _: (a,), range(100000), 1)))
check('marshal load', lambda: marshal.loads(b'(\x01\x00\x00\x00' * 100000))
check('marshal load l', lambda: marshal.loads(b'[\x01\x00\x00\x00' * 100000))
check('marshal load d', lambda: marshal.loads(b'{i\x01\x00\x00\x00' * 100000))
check('copy', lambda: copy.deepcopy(functools.reduce(lambda a, _: [a], range(100000), 1)))
check('ast', lambda: eval('(' * 10000 + ')' * 10000))
check('ast2', lambda: eval('[' * 10000 + ']' * 10000))
check('ast3', lambda: eval('-' * 100000 + '1'))
check('ast4', lambda: eval('1' + '+1' * 100000))
check('ast5', lambda: eval('a' + '.a' * 100000))
check('ast6', lambda: eval('a' + '()' * 100000))
check('ast7', lambda: eval('lambda:' * 10000 + '1'))
check('ast8', lambda: eval('not ' * 100000 + '1'))
check('ast9', lambda: eval('a if b else ' * 100000 + '1'))
check('ast10', lambda: eval('f"{' * 1000 + '1' + '}"' * 1000))
check('ast11', lambda: compile('if 1:\n' + ''.join(' ' * i + 'if 1:\n' for i in range(1, 200)) , 'f', 'exec'))
check('ast12', lambda: eval('1**' * 100000 + '1'))
check('re', lambda: re.compile('(' * 10000 + ')' * 10000))
check('re m', lambda: re.match('(a|b)*', 'a' * 1000000))
check('re m2', lambda: re.match('(?:(a)|b)*?c', 'a' * 1000000))
check('type bases', lambda: functools.reduce(lambda a, _: type('A', (a,), {}), range(300), object))
