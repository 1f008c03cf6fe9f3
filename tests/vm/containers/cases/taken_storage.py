# Methods convert and compare by code of the program, and that takes away the storage they work on.
import array
import bisect
import collections
import functools
import heapq
import io
import itertools
import operator
import random
import re
import struct


def tr(f):
    try: print(repr(f())[:80])
    except Exception as e: print(type(e).__name__, str(e)[:100])
class I:
    def __init__(s, f, v=1): s.f, s.v = f, v
    def __index__(s): s.f(); return s.v
    def __float__(s): s.f(); return float(s.v)
    def __int__(s): s.f(); return s.v
class E:
    def __init__(s, f, r=False): s.f, s.r = f, r
    def __eq__(s, o): s.f(); return s.r
    def __lt__(s, o): s.f(); return s.r
    def __gt__(s, o): s.f(); return s.r
    def __hash__(s): return 1
N = 3000
class W(list):
    def __iter__(s): f.close(); return iter([b'a'])
class R:
    def __init__(s, f): s.f = f
    def __repr__(s): s.f(); return 'R'
class Re:
    def __iter__(s): return s
    def __next__(s): return next(g, 7)
class K(str):
    def __eq__(s, o): ns.clear(); return False
    __hash__ = str.__hash__
class O: pass
l = list(range(100))
a = array.array('i', range(N)); tr(lambda: a.index(E(lambda: a.__delitem__(slice(None)))))
a = array.array('i', range(N)); tr(lambda: a.count(E(lambda: a.__delitem__(slice(None)))))
a = array.array('i', range(N)); tr(lambda: E(lambda: a.__delitem__(slice(None))) in a)
a = array.array('i', range(N)); tr(lambda: a[I(lambda: a.__delitem__(slice(None)), N-1)])
a = array.array('i', range(N)); tr(lambda: a.pop(I(lambda: a.__delitem__(slice(None)), N-1)))
a = array.array('i', range(N)); tr(lambda: a.__setitem__(slice(I(lambda: a.__delitem__(slice(None)), 5), None), a))
a = array.array('i', range(N)); tr(lambda: a.__delitem__(slice(I(lambda: a.__delitem__(slice(None)), 5), N, 2)))
a = array.array('i', range(N)); tr(lambda: a.extend(x if x != 5 else (a.__delitem__(slice(None)), 1)[1] for x in a))
b = bytearray(N); tr(lambda: b.__setitem__(N-1, I(b.clear)))
b = bytearray(N); tr(lambda: b.insert(N-1, I(b.clear)))
b = bytearray(N); tr(lambda: b.append(I(b.clear)))
b = bytearray(N); tr(lambda: b.__setitem__(slice(0, N, 2), [I(b.clear)] * (N // 2)))
b = bytearray(N); tr(lambda: b[I(b.clear, N - 1)])
b = bytearray(N); tr(lambda: b.find(b'x', I(b.clear), N))
b = bytearray(N); tr(lambda: b.pop(I(b.clear, N - 1)))
b = bytearray(N); tr(lambda: b.extend([1, I(b.clear), 3]))
b = bytearray(N); tr(lambda: b.center(I(b.clear, 9000)))
b = bytearray(N); tr(lambda: b.split(None, I(b.clear)))
b = bytearray(N); tr(lambda: b.replace(b'\0', b'ab', I(b.clear)))
b = bytearray(N); tr(lambda: b * I(b.clear, 2))
b = bytearray(b' ' * N); tr(lambda: b % {b'a': I(b.clear)})
b = bytearray(b'%s' * 100); tr(lambda: b % tuple([b] * 100))
b = bytearray(N); tr(lambda: b.join(iter([b'a', (b.clear(), b'b')[1], b'c'])))
b = bytearray(N)
m = memoryview(bytearray(N)); tr(lambda: m.__setitem__(N-1, I(m.release)))
m = memoryview(bytearray(N)); tr(lambda: m[I(m.release, 5)])
m = memoryview(bytearray(N)); tr(lambda: m.__setitem__(slice(I(m.release, 0), 2), b'ab'))
m = memoryview(bytearray(N)).cast('d' if N % 8 == 0 else 'B'); tr(lambda: m.__setitem__(0, I(m.release)))
m = memoryview(bytearray(N)); tr(lambda: m.cast('B', [I(m.release, N)]))
b = bytearray(N); tr(lambda: struct.pack_into('ii', b, 0, 1, I(b.clear)))
b = bytearray(N); tr(lambda: struct.pack_into('i', b, I(b.clear, 2000), 1))
b = bytearray(N); tr(lambda: struct.unpack_from('i', b, I(b.clear, 2000)))
f = io.BytesIO(bytes(N)); tr(lambda: f.read(I(f.close)))
f = io.BytesIO(bytes(N)); tr(lambda: f.seek(I(f.close)))
f = io.BytesIO(bytes(N)); tr(lambda: f.writelines(W()))
f = io.StringIO('x' * N); tr(lambda: f.read(I(f.close)))
l = list(range(N)); tr(lambda: l.insert(I(l.clear, N), 1)); 
l = list(range(N)); tr(lambda: l.pop(I(l.clear, N - 1)))
l = list(range(N)); tr(lambda: l[I(l.clear, 5)])
l = list(range(N)); tr(lambda: l.__setitem__(slice(I(l.clear, 5), N, 2), l))
l = list(range(N)); tr(lambda: l.__delitem__(slice(I(l.clear, 5), N, 2)))
l = list(range(N)); tr(lambda: l * I(l.clear, 3))
l = list(range(N)); tr(lambda: l.__imul__(I(l.clear, 3)))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: l == [1] * N)
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: l < [1] * N)
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: 5 in l)
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: l.index(5))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: l.count(5))
l = [E(lambda: l.clear(), True) for _ in range(N)]; tr(lambda: l.remove(5))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: l.sort())
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: heapq.heapify(l))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: heapq.heappush(l, E(lambda: l.clear())))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: heapq.heappop(l))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: heapq.heappushpop(l, 5))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: bisect.bisect(l, 5))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: bisect.insort(l, 5))
l = [E(lambda: l.clear()) for _ in range(N)]; tr(lambda: operator.indexOf(l, 5))
l = [R(lambda: l.clear()) for _ in range(N)]; tr(lambda: repr(l))
d = {i: R(lambda: d.clear()) for i in range(N)}; tr(lambda: repr(d))
d = {i: E(lambda: d.clear()) for i in range(N)}; e = dict.fromkeys(range(N), 5); tr(lambda: d == e); tr(lambda: e == d)
d = {E(lambda: None): i for i in range(20)}; k = E(lambda: d.clear()); tr(lambda: d.__setitem__(k, 5)); tr(lambda: len(d))
d = {E(lambda: None): i for i in range(20)}; k = E(lambda: d.clear()); tr(lambda: d.setdefault(k, 5)); tr(lambda: len(d))
d = {E(lambda: None): i for i in range(20)}; k = E(lambda: d.clear(), True); tr(lambda: d.pop(k, 5)); tr(lambda: len(d))
d = {E(lambda: None): i for i in range(20)}; k = E(lambda: d.clear(), True); tr(lambda: d.update({k: 5})); tr(lambda: len(d))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s.add(k)); tr(lambda: len(s))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s.discard(k)); tr(lambda: len(s))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s & {k}); tr(lambda: len(s))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s.update({k}, [k], {k: 1}))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s.difference_update({k}))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s.symmetric_difference_update({k}))
s = {E(lambda: None) for i in range(20)}; k = E(lambda: s.clear()); tr(lambda: s == {k, *range(19)})
q = collections.deque(E(lambda: q.clear()) for _ in range(N)); tr(lambda: 5 in q)
q = collections.deque(E(lambda: q.clear()) for _ in range(N)); tr(lambda: q.index(5))
q = collections.deque(E(lambda: q.clear()) for _ in range(N)); tr(lambda: q.remove(5))
q = collections.deque(E(lambda: q.clear()) for _ in range(N)); tr(lambda: q.count(5))
q = collections.deque(E(lambda: q.clear()) for _ in range(N)); tr(lambda: q == collections.deque([1] * N))
q = collections.deque(R(lambda: q.clear()) for _ in range(N)); tr(lambda: repr(q))
q = collections.deque(range(N)); tr(lambda: q[I(q.clear, N - 1)]); q = collections.deque(range(N)); tr(lambda: q.insert(I(q.clear, N // 2), 1)); q = collections.deque(range(N)); tr(lambda: q.rotate(I(q.clear, 5)))
o = collections.OrderedDict((i, E(lambda: o.clear())) for i in range(20)); tr(lambda: o == collections.OrderedDict((i, 5) for i in range(20)))
t = tuple([E(lambda: None)] * N); tr(lambda: t == (5,) * N); tr(lambda: t.count(5))
r = []; z = zip(iter(range(5)), iter(lambda: (z and None), 1)); tr(lambda: next(z))
g = zip(Re(), Re()); tr(lambda: next(g))
g = map(lambda a: next(g, 5), range(9)); tr(lambda: list(g))
g = itertools.chain.from_iterable(Re() for _ in range(2)); tr(lambda: [next(g) for _ in range(1)])
g = itertools.product(range(2), repeat=3); tr(lambda: g.__setstate__((5, -9, 2**60))); tr(lambda: list(g))
g = itertools.permutations(range(4), 2); tr(lambda: g.__setstate__(((9, -1, 3, 2), (5, -2)))); tr(lambda: list(g))
g = itertools.combinations(range(4), 2); tr(lambda: g.__setstate__((9, -1))); tr(lambda: list(g))
tr(lambda: functools.reduce(lambda a, b: l.clear() or b, l)); 
ns = {K('abc'): 1, 'b': 2}; tr(lambda: eval('abc', ns)); ns = {K('abc'): 1}; tr(lambda: eval('abc', {}, ns))
o = O(); o.__dict__[K('abc')] = 1; ns = o.__dict__; tr(lambda: o.abc); tr(lambda: setattr(o, 'abc', 5)); tr(lambda: delattr(o, 'abc'))
b = bytearray(b'a' * N); tr(lambda: re.sub(b'a', lambda m: b.clear() or b'x', b))
b = bytearray(N); tr(lambda: b.__setitem__(slice(I(b.clear, 5), None), b'x'))
b = bytearray(N); tr(lambda: b.__setitem__(slice(I(b.clear, 5), N, 2), b'x'))
b = bytearray(N); tr(lambda: b.__delitem__(slice(I(b.clear, 5), N, 2)))
b = bytearray(N); tr(lambda: b[I(b.clear, 5):])
b = bytearray(N); tr(lambda: b[I(b.clear, 5)::2])
b = bytearray(N); tr(lambda: b.__delitem__(I(b.clear, 5)))
a = array.array('i', range(N)); tr(lambda: a[I(lambda: a.__delitem__(slice(None)), 5):])
a = array.array('i', range(N)); tr(lambda: a.remove(E(lambda: a.__delitem__(slice(None)), True)))
a = array.array('i', range(N)); tr(lambda: a.index(5, I(lambda: a.__delitem__(slice(None)), 5)))
m = memoryview(bytearray(N)).cast('B', [30, 100]); tr(lambda: m[I(m.release, 5), I(m.release, 5)])
m = memoryview(bytearray(N)).cast('B', [30, 100]); tr(lambda: m.__setitem__((1, 2), I(m.release, 5)))
b = bytearray(N); m = memoryview(b); tr(lambda: m.__setitem__(5, I(lambda: (m.release(), b.clear()), 5)))
b = bytearray(N); m = memoryview(b); tr(lambda: m.__setitem__(slice(5, I(lambda: (m.release(), b.clear()), 7)), b'ab'))
b = bytearray(N); m = memoryview(b); tr(lambda: m[I(lambda: (m.release(), b.clear()), 7)])
b = bytearray(N); m = memoryview(b); tr(lambda: m[I(lambda: (m.release(), b.clear()), 7):])
b = bytearray(N); m = memoryview(b).cast('I'); tr(lambda: m.__setitem__(5, I(lambda: (m.release(), b.clear()), 5)))
b = bytearray(N); m = memoryview(b).cast('f'); tr(lambda: m.__setitem__(5, I(lambda: (m.release(), b.clear()), 5)))
b = bytearray(N); tr(lambda: b.__iadd__(bytearray([1]) if b.clear() else b'12'))
b = bytearray(N); tr(lambda: int.from_bytes(b, 'big', signed=I(b.clear)))
l = [1, 2, 3]; tr(lambda: ''.join(x for x in ['a', l.clear() or 'b', 'c']))
l = ['a'] * N; l[1] = R(lambda: None); tr(lambda: '%s' * 3 % tuple(R(lambda: l.clear()) for _ in range(3)))
l = list(range(N)); tr(lambda: [l.pop() for x in l][:3])
l = list(range(N)); tr(lambda: sorted(l, key=lambda x: l.clear()) == list(range(N)))
l = list(range(N)); tr(lambda: l.sort(key=lambda x: l.clear()))
l = list(range(N)); tr(lambda: l.sort(key=lambda x: l.append(1)))
l = list(range(N)); tr(lambda: l.extend(x for x in l if len(l) < 5000 or l.clear()))
l = list(range(N)); tr(lambda: l.__setitem__(slice(0, 10), (l.clear() or x for x in range(5))))
d = {i: i for i in range(N)}; tr(lambda: [d.pop(k) for k in d])
d = {i: i for i in range(N)}; tr(lambda: dict(zip(d, (d.clear() for _ in range(N)))))
d = {i: i for i in range(N)}; tr(lambda: {**d, **{k: d.clear() for k in range(3)}} == 1)
d = {E(lambda: None): 1}; e = {E(lambda: d.clear()): 1}; tr(lambda: d.update(e)); tr(lambda: len(d))
d = {E(lambda: None): 1}; e = {E(lambda: e.clear()): 1, 2: 3}; tr(lambda: d.update(e)); tr(lambda: len(d))
s = {E(lambda: None) for i in range(20)}; o = {E(lambda: s.clear()) for i in range(20)}; tr(lambda: s <= o); tr(lambda: s.union(o) and 1); tr(lambda: s.isdisjoint(o))
s = set(range(20)); tr(lambda: [s.pop() for x in s])
