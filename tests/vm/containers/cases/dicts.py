def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(dict); t(dict, a=1); t(dict, [(1, 2), (3, 4)]); t(dict, [(1,)]); t(dict, [1]); t(dict, 5); t(dict, {1: 2}, a=3); t(dict, 1, 2); t(dict, ['ab', 'cd']); t(dict, [(1, 2, 3)])
d = {'a': 1, 'b': 2, 3: 'c'}
t(d.get, 'z'); t(d.get, 'z', 5); t(d.get, 'a'); t(d.get); t(d.get, []); t(d.__getitem__, 'z'); t(d.__getitem__, (1, 2)); t(d.pop, 'z'); t(d.pop, 'z', 0); t(d.pop, 'a'); t(d.pop); t(d.setdefault, 'q'); t(d.setdefault, 'w', 5); t(d.setdefault, 'w', 6); print(d)
t(d.popitem); print(d); t({}.popitem); t(d.__delitem__, 'zz'); t(d.update, 1); t(d.update, 1, 2); t(d.update, x=1); t(d.update, [('y', 2)]); t(d.update); print(d); t(d.update, {'y': 5}, z=9); print(d)
print({1: 2} | {3: 4}, {1: 2} | {1: 3}); t(lambda: {} | []); e = {1: 2}; e |= [(5, 6)]; print(e); t(lambda: e.__ior__(5)); print({}.__or__([]), {}.__ror__({1: 1}))
print(dict.fromkeys('abc'), dict.fromkeys([1, 2], 0), dict.fromkeys(range(3), []), dict.fromkeys({1: 2})); t(dict.fromkeys); t(dict.fromkeys, 5)
print(d == dict(d), {} == {}, {1: 2} != {1: 2}, {1: 2} == {1.0: 2.0}, {1: 2} == {1: 3}, {1: 2} == {2: 2}, {} == []); t(lambda: {} < {}); t(hash, {})
r = {}; r[1] = r; print(r); r = {}; r['x'] = [r]; print(r, r.values(), r.items()); print(list(reversed({1: 2, 3: 4})), list({1: 2, 3: 4}), len(d), 'x' in d, 'nope' in d)
k, v, i = {1: 'a', 2: 'b'}.keys(), {1: 'a', 2: 'b'}.values(), {1: 'a', 2: 'b'}.items()
print(k, v, i, len(k), len(v), len(i), 1 in k, 'a' in v, (1, 'a') in i, (1, 'b') in i, 1 in i, list(reversed(k)), list(reversed(v)), list(reversed(i)))
print(sorted(k & {1, 5}), sorted(k | [7]), sorted(k - {1}), sorted(k ^ {1, 9}), k == {1, 2}, k < {1, 2, 3}, k >= {1}, k.isdisjoint([5]), k.isdisjoint({1}), sorted(i & {(1, 'a')}), sorted(i ^ {1: 'a', 3: 'c'}.items()), sorted({1, 2} & k), sorted([1] - k) if 0 else '')
print(k != [1, 2], k == [1, 2], type(k & k), k.mapping, type(k.mapping), i <= i, i - {(1, 'a')}, {(1, 'a')} - i, {5} | k); t(lambda: k < [1]); t(lambda: k & 5); t(hash, k); t(type(k)); t(lambda: i == {(1, 'a'), (2, 'b')})
x = {i: i for i in range(10)}
try:
    for q in x: x[q + 100] = 1
except RuntimeError as e2: print(e2)
try:
    for q in list(x)[:3]: pass
    it = iter(x); next(it); del x[5]; next(it)
except RuntimeError as e2: print(e2)
x = {0: 0}
try:
    for q in x: del x[q]; x[q + 1] = 0
except RuntimeError as e2: print(e2)
for q in {1: 1}: pass
class D(dict):
    def __missing__(s, k): return 'missing %r' % (k,)
m = D(a=1); print(m['zz'], m['a'], m.get('zz'), m, type(m.copy()), m | {1: 2}, type(m | {}), D.fromkeys([1]), type(D.fromkeys([1]))); m.attr = 1; print(m.__dict__)
class D2(dict):
    def __setitem__(s, k, v): super().__setitem__(k, v * 2)
n = D2(); n['a'] = 2; n.update(b=3); print(n, D2.fromkeys([1], 5))
class M:
    def keys(s): return ['p', 'q']
    def __getitem__(s, k): return k * 2
print(dict(M()), {**M()}); t(lambda: {**5}); t(dict, M(), p=1)
it = iter({1: 2, 3: 4}); print(it.__length_hint__(), next(it), it.__length_hint__(), it.__reduce__()[1], list(it), type(it)); print(type(iter({}.values())), type(iter({}.items())), type(reversed({})), type(reversed({}.values())), type(reversed({}.items())))
class K:
    def __init__(s, n): s.n = n
    def __hash__(s): return 1
    def __eq__(s, o): return isinstance(o, K) and s.n == o.n
    def __repr__(s): return 'K%d' % s.n
kd = {K(i): i for i in range(20)}; print(kd[K(7)], K(21) in kd, len(kd)); del kd[K(3)]; print(list(kd)[:6], kd.pop(K(5)), len(kd))
class E2:
    def __hash__(s): return 1
    def __eq__(s, o): raise ValueError('eq')
t(lambda: {E2(): 1, E2(): 2}); ed = {E2(): 1}; t(lambda: ed[K(1)]); t(lambda: ed.get(K(1))); t(lambda: 5 in ed); t(lambda: 1 in ed)
class H:
    def __hash__(s): raise TypeError('nohash')
t(lambda: {H(): 1}); t(lambda: {}.get(H())); t(lambda: {}.pop(H(), 3)); t(lambda: {1:1}.pop(H(), 3)); t(lambda: {[]: 1}); t(lambda: {}[{}])
big = {}
for i2 in range(1000): big[i2] = i2
for i2 in range(0, 1000, 2): del big[i2]
for i2 in range(1000, 1100): big[str(i2)] = i2
print(len(big), list(big)[:5], list(big)[-3:], big['1050'], 501 in big, 500 in big)
while len(big) > 3: big.popitem()
print(big); big.clear(); print(big, len(big)); print(dict[str, int], {True: 1, 1: 2, 1.0: 3}, {0: 'a', False: 'b', 0.0: 'c', -0.0: 'd'})
f = {'x': 1}; print(f.copy() is f, f.copy() == f, f.__contains__('x'), f.__len__(), f.keys() == {'x'}, dict(f) is f, {**f, 'y': 2}, dict(f, y=3))
t(lambda: f.foo); t(dict.get, 5); t(dict.update, 5); t(dict.keys); print(f.__getitem__('x'), dict.__getitem__(f, 'x'), str(f), repr(f), '%s' % f, '%(x)s' % f, f'{f}', '{x}'.format(**f))
print(vars(type('A', (), {'x': 1}))['x'], type(vars(dict)), dict.__dict__['get'])
def kw(**k): return k
print(kw(b=1, a=2), kw(**{'z': 1}), list(kw(c=1, b=2, a=3)))
nan = float('nan'); print({nan: 1}[nan], nan in {nan: 1}, {nan: 1} == {nan: 1}, {1: nan} == {1: nan})
del f['x']; print(f, f == {}); s = {'a': 1, 'b': 2, 'c': 3}; del s['a']; s['a'] = 9; print(s, list(s.items()), next(iter(s)), next(reversed(s)))
