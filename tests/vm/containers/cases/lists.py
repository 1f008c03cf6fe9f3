def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(f.__name__ if hasattr(f, '__name__') else f, a, k, '->', repr(r))
    except BaseException as e:
        print(f.__name__ if hasattr(f, '__name__') else f, '!', type(e).__name__, e)
t(list); t(list, 'abc'); t(list, 5); t(list, 1, 2); t(list, iterable=1); t(list, range(3))
l = [3, 1, 2]
t(l.append); t(l.append, 1, 2); t(l.append, 4); t(l.pop, 10); t([].pop); t(l.pop, 'x'); t(l.pop, 0); print(l)
t(l.index, 99); t(l.index, 1); t(l.index, 1, 5); t(l.index, 1, 'a'); t(l.remove, 99); t(l.insert, 1); t(l.insert, 'a', 1)
t(l.insert, -100, 0); t(l.insert, 100, 9); print(l)
t(l.__getitem__, 'a'); t(l.__getitem__, 100); t(l.__getitem__, slice(None, None, -1)); t(l.__getitem__, 2**100)
t(l.__setitem__, 'a', 1); t(l.__setitem__, 100, 1); t(l.__delitem__, 100); t(l.__setitem__, slice(0, 2), 5); t(l.__setitem__, slice(0, 4, 2), [1]); t(l.__setitem__, slice(0,4,2), 5)
l[1:3] = 'xyz'; print(l); l[::2] = range(len(l[::2])); print(l); del l[::2]; print(l); del l[5:1:-1]; print(l)
l[len(l):] = [7, 8, 9]; print(l); l[0:0] = l; print(l); l[::-1] = l; print(l); del l[-1]; print(l); l[1:1] = (); print(l)
t(lambda: [1] + (1,)); t(lambda: [1] + [2]); t(lambda: [1] * 'a'); t(lambda: [1, 2] * 3); t(lambda: 3 * [1]); t(lambda: [1] * -1); t(lambda: [1]*2**62); t(lambda: [1]*2**70)
x = [1]; x += 'ab'; print(x); x *= 2; print(x); x *= 0; print(x); y = x; y += (1,); print(x)
t(lambda: x.__iadd__(5))
print([1, 2] < [1, 3], [1, 2] == [1, 2.0], [1] < [1, 2], [] < [1], [1, 2] >= [1, 2], [1] != [1], [1] == (1,)); t(lambda: [1] < ['a']); t(lambda: [1] < 5)
r = [1]; r.append(r); print(r, [r]); r2 = (r,); r.append(r2); print(r)
print(1 in [1, 2], 3 in [1, 2], 'a' in ['b']); t(hash, [])
print([1, 2, 1, 1.0, True].count(1), [1, 2].copy(), list(reversed([1, 2, 3])), [1, 2, 3].__sizeof__() > 0)
a = [1, 2, 3]; a.reverse(); print(a); a.clear(); print(a); a.extend(range(5)); print(a); a.extend(a); print(a); t(a.extend, 5); t(a.extend)
a.sort(reverse=True); print(a); a.sort(key=lambda v: -v); print(a); t(a.sort, 1); t(a.sort, key=1); t(a.sort, foo=1); t(a.sort, reverse='x'); t(a.sort, key=None)
t([1, 'a'].sort); t([1, None].sort)
b = ['b', 'ä', 'a', '€', 'aa', '']; b.sort(); print(b); c = [1.5, -1.0, float('inf'), 0.0, -0.0, 1e300]; c.sort(); print(c)
d = [(1, 'b'), (1, 'a'), (0, 'z')]; d.sort(); print(d); print(sorted([3, 1, 2]), sorted('hello'), sorted({3: 1, 1: 2}), sorted([1, 2.5, True, 0]))
class C:
    def __init__(s, v): s.v = v
    def __lt__(s, o): return s.v < o.v
    def __repr__(s): return 'C%d' % s.v
print(sorted([C(3), C(1), C(2)]), sorted([C(3), C(1), C(2)], reverse=True))
z = [5, 4, 3, 2, 1]
def evil(k): z.append(k); return k
try: z.sort(key=evil)
except ValueError as e: print(e, z)
z = [5, 4, 3]
def evil2(k): z.append(k); z.pop(); return k
try: z.sort(key=evil2)
except ValueError as e: print(e, z)
def boom(k):
    if k == 3: raise KeyError(k)
    return k
try: z.sort(key=boom)
except KeyError as e: print(repr(e), z)
class L(list):
    def __getitem__(s, i): return 'item%r' % (i,)
m = L([1, 2]); print(m, m[0], m[1:], list(m), len(m), m + [3], type(m * 2), type(m.copy())); m.attr = 5; print(m.attr, m.__dict__)
class L2(list):
    def __init__(s, x, kw=None): super().__init__(x)
print(L2([1], kw=3)); t(L, [1], kw=3)
it = iter([1, 2, 3]); next(it); print(it.__length_hint__(), list(it), it.__length_hint__(), list(it)); it = iter([1, 2, 3]); print(it.__reduce__()); it.__setstate__(2); print(list(it), it.__reduce__())
it = reversed([1, 2, 3]); print(it.__length_hint__(), next(it), it.__reduce__()[1:], list(it)); it.__setstate__(1); print(list(it))
print(type(iter([])), type(reversed([])), list[int], list.__class_getitem__(str)); g = [0, 1, 2]
for i in g:
    if i < 5: g.append(i + 3)
print(g)
for f in (list.__len__, list.__contains__, list.append, list.__add__): print(f.__name__, f.__qualname__, repr(f))
t(list.append, 5, 1); t(list.append); t(list.pop, {}); t(list.__len__, 5)
print([*range(3), *'ab'], [1, 2, 3][-2:], [1, 2, 3][5:], [1, 2, 3][::-2], [1,2,3][slice(0,None)], [i for i in range(10)][2:8:3])
print(eval('[' * 50 + ']' * 50))
big = list(range(1000)); print(sum(big[10:20]), big[-1], len(big * 3), big.index(500), big.count(3)); del big[10:990]; print(big)
