from _functools import *
import _functools, _operator as op, _heapq, _bisect
from _functools import _lru_cache_wrapper
def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(reduce, op.add, [1, 2, 3]); t(reduce, op.add, [], 5); t(reduce, op.add, []); t(reduce, op.add, 5); t(reduce); t(reduce, op.add); t(reduce, op.add, [1], 2, 3); t(reduce, 5, [1, 2])
def f(*a, **k): return a, k
p = partial(f, 1, x=2); print(p(3, y=4), p.args, p.keywords, p.func is f, p(x=5), partial(p, 9, z=1)(8), partial(p, 9).args); t(partial); t(partial, 5); print(repr(partial(len, 1, a=2)), partial(len)([1]), partial(int, base=2)('101')); p.attr = 3; print(p.__dict__, p.attr, p.__reduce__()[1:] == ((f,), (f, (1,), {'x': 2}, {'attr': 3}))); t(p.__setstate__, 5); t(p.__setstate__, (f, 1, 2, 3)); p.__setstate__((f, (7,), {'q': 1}, None)); print(p(), p.__dict__); t(setattr, p, 'func', 3)
print(partial(f, 1, 2, 3, 4, 5, 6, 7)(8, 9, k=1), partial(f)(1), partial(f, 1)(), partial(f, a=1)(1, a=2)); class_ = type('P', (partial,), {}); print(repr(class_(len))); r = partial(f); r.__setstate__((r, (), {}, {})); print(repr(r)[:40]); print(partial[int])
class A: m = partial(f, 1); n = _lru_cache_wrapper(lambda s, x: x * 2, 10, False, lambda *a: a)
print(A().m(2), A().n(3), A.n.cache_info())
k = cmp_to_key(lambda a, b: (a > b) - (a < b)); print(sorted([3, 1, 2], key=k), k(1) < k(2), k(1) == k(1), k(5).obj); t(lambda: k(1) < 5); t(hash, k(1)); t(k); t(k, 1, 2); t(cmp_to_key); t(k, obj=1); print(sorted('bca', key=cmp_to_key(mycmp=lambda a, b: (a < b) - (a > b))))
calls = []
def slow(*a, **k): calls.append((a, k)); return len(calls)
for maxsize, typed in ((None, False), (2, False), (0, False), (2, True), (None, True), (-5, False)):
    w = _lru_cache_wrapper(slow, maxsize, typed, lambda *a: a); calls.clear()
    print(maxsize, typed, [w(1), w(1.0), w(2), w(1), w(3), w(1), w(2), w(a=1), w(a=1), w('x'), w('x'), w(1, 2), w(1, 2), w(True), w((1,)), w()], w.cache_info()); w.cache_clear(); print(w.cache_info(), w(1))
t(_lru_cache_wrapper, 5, None, False, 1); t(_lru_cache_wrapper, slow, 'a', False, 1); t(_lru_cache_wrapper, slow); t(w, []); w.x = 1; print(w.x, w.__copy__() is w, w.__deepcopy__({}) is w)
fib = _lru_cache_wrapper(lambda n: n if n < 2 else fib(n - 1) + fib(n - 2), None, False, lambda *a: a); print(fib(80), fib.cache_info()); fib2 = _lru_cache_wrapper(lambda n: n if n < 2 else fib2(n - 1) + fib2(n - 2), 10, False, lambda *a: a); print(fib2(60), fib2.cache_info())
for name in 'add sub mul matmul floordiv truediv mod lshift rshift and_ xor or_ pow eq ne lt le gt ge iadd isub imul ifloordiv imod iand ior ixor ipow concat iconcat getitem contains countOf indexOf is_ is_not delitem'.split():
    for args in ((7, 3), ([1, 2], [3]), ('ab', 'b'), ({1: 2}, 1), ([1, 2], 1)): t(getattr(op, name), *args)
for name in 'neg pos abs inv invert not_ truth index'.split():
    for a in (5, -3, 'a', 2.5, []): t(getattr(op, name), a)
t(op.add, 1); t(op.length_hint, [1, 2]); t(op.length_hint, 5, 3); t(op.length_hint, 5, 'a'); t(op.call, f, 1, x=2); t(op.call); t(op.setitem, [1], 0, 5); t(op._compare_digest, 'a', 'a'); t(op._compare_digest, b'a', b'b'); t(op._compare_digest, 'a', b'b'); t(op._compare_digest, 'ä', 'a'); t(op._compare_digest, 'abc', 'abcd')
g = op.itemgetter(1); print(g([1, 2]), g('ab'), op.itemgetter(0, 2)('abc'), g, op.itemgetter('a', 'b'), op.itemgetter(slice(1, 3))('abcd'), g.__reduce__(), op.itemgetter(1, 2).__reduce__()); t(op.itemgetter); t(g); t(g, 1, 2); t(g, [1]); t(g, x=1); t(op.itemgetter, x=1); t(g, 5)
class N: pass
n = N(); n.a = N(); n.a.b = 5; n.c = 1; print(op.attrgetter('a.b')(n), op.attrgetter('c', 'a.b')(n), op.attrgetter('a.b'), op.attrgetter('x', 'y.z'), op.attrgetter('a.b').__reduce__()); t(op.attrgetter); t(op.attrgetter, 5); t(op.attrgetter('zz'), n); t(op.attrgetter('a.zz'), n); t(op.attrgetter('c'), x=n)
mc = op.methodcaller('replace', 'a', 'b'); print(mc('banana'), mc, op.methodcaller('f', x=1, y='s'), op.methodcaller('f'), mc.__reduce__(), op.methodcaller('split', sep=',')('a,b')); t(op.methodcaller); t(op.methodcaller, 5); t(mc); t(mc, 5)
h = []
for x in [5, 3, 8, 1, 9, 2]: _heapq.heappush(h, x)
print(h, [_heapq.heappop(h) for _ in range(6)]); h = [5, 3, 8, 1, 9, 2, 7]; _heapq.heapify(h); print(h, _heapq.heappushpop(h, 0), _heapq.heappushpop(h, 4), _heapq.heapreplace(h, 6), h); t(_heapq.heappop, []); t(_heapq.heappop, 5); t(_heapq.heapreplace, [], 1); t(_heapq.heappush, (), 1); t(_heapq.heappush, []); h = [1, 5, 2]; _heapq._heapify_max(h); print(h, _heapq._heappop_max(h), _heapq._heapreplace_max(h, 3), h); t(_heapq.heapify, [1, 'a']); big = [(i * 7919) % 1000 for i in range(1000)]; _heapq.heapify(big); print(big[:20], [_heapq.heappop(big) for _ in range(10)])
l = [1, 2, 2, 3]; print(_bisect.bisect_left(l, 2), _bisect.bisect_right(l, 2), _bisect.bisect_left(l, 2, 2), _bisect.bisect_right(l, 2, hi=2), _bisect.bisect_left(l, -2, key=lambda v: -v), _bisect.bisect_left(a=l, x=9)); _bisect.insort_left(l, 2.0); _bisect.insort_right(l, 0); print(l); t(_bisect.bisect_left, l, 1, -1); t(_bisect.bisect_left, l); t(_bisect.bisect_left, 5, 1); t(_bisect.bisect_left, l, 'a'); t(_bisect.bisect_left, l, 1, 0, 100); t(_bisect.insort_left, (1,), 2); print(_heapq.__name__, sorted(x for x in dir(_functools) if x[0] != '_'))
