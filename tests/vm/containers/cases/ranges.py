def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(range); t(range, 5); t(range, 1, 5); t(range, 5, 1, -1); t(range, 1, 2, 3, 4); t(range, 1.5); t(range, 'a'); t(range, 1, 2, 0); t(range, stop=1); t(range, True); t(range, 10**30)
r = range(0, 100, 7); print(len(r), r[3], r[-1], r[2:5], r[::-1], r[100:], r[::2], list(r), r.start, r.stop, r.step, bool(r), bool(range(0))); t(r.__getitem__, 100); t(r.__getitem__, 'a'); t(r.__getitem__, 1.5)
print(7 in r, 8 in r, 7.0 in r, 'a' in r, True in range(5), 98 in r, -7 in r, r.index(14), r.count(14), r.count(15), r.count(14.0)); t(r.index, 15); t(r.index, 'a'); t(r.index, 14.0); t(r.index, 15.5); t(setattr, r, 'start', 5); t(lambda: r.foo); t(hash, r)
print(range(0, 3) == range(0, 3), range(0) == range(5, 5), range(0, 3, 2) == range(0, 4, 2), range(1) == range(0, 5, 10), range(3) != range(4), range(3) == [0, 1, 2], hash(range(3)) == hash(range(0, 3, 1)), hash(range(0)) == hash(range(1, 1))); t(lambda: range(3) < range(4))
b = range(10**30, 10**30 + 50, 7); print(len(b), b[2], b[-1], list(b)[:2], b[1:3], b.index(10**30 + 7), 10**30 + 8 in b, list(reversed(b))[:2], b); t(len, range(10**30)); t(len, range(2**63)); print(len(range(2**63 - 1))); print(range(-2**63, 2**63 - 1)[0], range(-2**63, 2**63)[-1], range(2**62)[2**61], list(range(2**62 - 2, 2**62 + 2)), list(range(-2**62 + 2, -2**62 - 2, -1)), list(range(2**63 - 2, 2**63 + 2)))
print(list(range(10, 0, -3)), list(range(0, -10, -4)), list(range(5, 5)), list(reversed(range(0, 10, 3))), sum(range(1000)), max(range(5)), [*range(3)], tuple(range(3)), range(3) and 1)
for it in (iter(range(5)), iter(range(2**70, 2**70 + 3)), reversed(range(5)), iter(range(2**63 - 3, 2**63 - 1))):
    print(type(it), it.__length_hint__(), next(it), it.__length_hint__(), it.__reduce__()[1:]); it.__setstate__(2); print(list(it), it.__reduce__()[1:]); it.__setstate__(100); print(list(it)); it.__setstate__(-5); print(next(it, 'end'))
class I:
    def __index__(s): return 3
print(range(I()), range(5)[I()], range(10)[I():], 3 in range(I(), 10)); t(range, 1, I(), I())
print(range(5)[-3:], range(10)[7:2:-2], range(0, 20, 3)[1:-1:2], range(5)[::-1][::-1], range(10)[20:], range(10)[-20:3], range(10)[2**100:], range(10)[-2**100:])
t(slice); t(slice, 1); t(slice, 1, 2, 3); t(slice, 1, 2, 3, 4); t(slice, x=1); s = slice(1, None, 2); print(s, s.start, s.stop, s.step, s == slice(1, None, 2), s != slice(1), s.indices(10), slice(None, None, -1).indices(5), slice(-3, -1).indices(5), slice(10**30).indices(10**20), slice('a'), slice(1, 2) < slice(1, 3), s.__reduce__()); t(hash, s); t(s.indices, -1); t(s.indices, 'a'); t(slice(None, None, 0).indices, 5); t(slice('a').indices, 5); t(setattr, s, 'start', 1); t(lambda: [1][slice('a', None)]); t(lambda: slice(1) < 5); t(lambda: [1, 2, 3][1.5:])
e = enumerate('abc'); print(next(e), list(e), list(enumerate('ab', 5)), list(enumerate('ab', start=10**30))); t(enumerate); t(enumerate, 5); t(enumerate, [], 'a'); t(enumerate, [], 1, 2); t(enumerate, [], foo=1); t(enumerate, iterable=[1]); print(enumerate('ab').__reduce__()[1][1], list(enumerate('abc', 2**62 - 1)), list(enumerate('abc', 2**63 - 2)))
print(list(zip()), list(zip([1, 2], 'ab')), list(zip([1, 2, 3], 'ab')), list(zip([1], [2], [3])), list(zip([1, 2], [3, 4], strict=True))); t(zip, 5); t(zip, [1], strict=1, foo=2); t(zip, foo=2)
for args in (([1, 2], [1]), ([1], [1, 2]), ([1, 2], [1, 2], [1]), ([1], [1], [1, 2]), ([], [1]), ([], [], [1])): t(list, zip(*args, strict=True))
z = zip([1], strict=True); print(z.__reduce__()[2:], zip([1]).__reduce__()[2:])
print(list(map(str, [1, 2])), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), list(map(lambda *a: a, 'ab', 'cd', 'ef', 'gh', 'ij', 'kl'))); t(map); t(map, 5); t(map, str, 5); t(list, map(5, [1])); t(map, str, [1], x=1); print(type(map(str, []).__reduce__()[1]))
print(list(filter(None, [0, 1, '', 'a'])), list(filter(lambda x: x > 1, [1, 2, 3])), list(filter(bool, [0, 5]))); t(filter); t(filter, None); t(filter, None, 5); t(filter, None, [], 1); t(list, filter(5, [1]))
print(list(reversed('abc')), list(reversed((1, 2))), list(reversed([1, 2]))); t(reversed); t(reversed, 5); t(reversed, {1}); t(reversed, {}.keys()); t(reversed, x=[1]); t(reversed, [1], 2)
class Seq:
    def __len__(s): return 3
    def __getitem__(s, i):
        if i >= 3: raise IndexError
        return i * 10
q = reversed(Seq()); print(q.__length_hint__(), next(q), q.__reduce__()[2:], list(q), q.__length_hint__(), q.__reduce__()[1:]); print(list(Seq()), list(reversed(Seq())), 20 in Seq(), 25 in Seq()); it = iter(Seq()); print(type(it), next(it), it.__length_hint__(), list(it), it.__length_hint__()); it = iter(Seq()); it.__setstate__(2); print(list(it)); it = iter(Seq()); print(it.__reduce__()[2:])
class NR:
    __reversed__ = None
    def __len__(s): return 1
    def __getitem__(s, i): return 1
t(reversed, NR())
c = [0]
def f():
    c[0] += 1; return c[0]
it = iter(f, 4); print(list(it), type(it), list(it), it.__reduce__()[1]); it = iter(f, 10); print(it.__reduce__()[1][1]); t(iter, 5, 5); t(iter, 5); t(iter)
def g(): raise StopIteration
print(list(iter(g, 1)))
class E(enumerate): pass
x = E('ab'); x.y = 1; print(list(x), x.y); 
class Z(zip):
    def __init__(s, *a, **k): pass
print(list(Z([1], [2])), list(Z([1], q=5)) if 0 else '')
class It:
    def __init__(s): s.n = 0
    def __iter__(s): return s
    def __next__(s):
        s.n += 1
        if s.n > 3: raise StopIteration(9)
        return s.n
print(list(It()), tuple(It()), set(It()), dict.fromkeys(It()), list(zip(It(), It())), list(map(lambda v: v, It())), sorted(It()), sum(It()), [*It()], list(enumerate(It())), list(filter(None, It())), max(It()))
