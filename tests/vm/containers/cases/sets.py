def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(set); t(set, 'a'); t(set, 5); t(set, 1, 2); t(set, x=1); t(frozenset); t(frozenset, [1, 2]); t(frozenset, 5); t(frozenset, x=1); f = frozenset([1]); print(frozenset(f) is f, f.copy() is f, set(f), hash(f), hash(frozenset()), hash(frozenset(range(100))), hash(frozenset([1, 'a'])) == hash(frozenset(['a', 1])))
s = {1, 2, 3}; t(s.add, 4); t(s.add); t(s.add, []); t(s.remove, 99); t(s.remove, []); t(s.discard, 99); t(s.pop); t(set().pop); print(s); s.remove(2); s.discard(3); print(s)
a, b = {1, 2, 3, 4}, {3, 4, 5}
print(a | b, a & b, a - b, a ^ b, a.union([9], 'x' * 0, (10,)), a.intersection([1, 2], [2]), a.difference([1], {2}), a.symmetric_difference([1, 100]), a.isdisjoint([7]), a.isdisjoint([1]), a.issubset(range(10)), a.issuperset([1]), a <= a, a < a, a > {1}, a == {4, 3, 2, 1}, a != b, a >= b, {1} < a)
t(lambda: a | [1]); t(lambda: a & [1]); t(lambda: a - 5); t(lambda: a < [1]); print(a == [1], a.__or__([1]), a.__eq__(5)); t(a.union, 5); t(a.update, 5); t(a.intersection, 5); t(hash, set())
c = set(a); c |= {10}; c &= {1, 2, 10}; c -= {1}; c ^= {2, 7}; print(c); c.update([1], [2]); c.intersection_update([1, 2, 7]); c.difference_update([1]); c.symmetric_difference_update([7, 8]); print(c); c.clear(); print(c, len(c)); d = {1}; d |= d; d &= d; d ^= d; print(d); d = {1}; d -= d; print(d)
t(lambda: c.__ior__([1])); x = frozenset([1, 2]); x |= {3}; print(x, type(x), type(x | {1}), type({1} | x), type(x & {1}), x == {1, 2, 3}, {1, 2, 3} == x)
print({frozenset([1, 2]): 1}[frozenset([2, 1])], {1, 2} in {frozenset([1, 2])}, set() in [frozenset()]); q = {frozenset([1])}; q.remove({1}); print(q); t(q.remove, {5}); t(lambda: [] in q)
for n in (5, 10, 20, 50, 100, 1000): print(n, list(set(range(n, 0, -1)))[:12], list({x * 7 % 31 for x in range(n)})[:12], list({x * x for x in range(n)})[:12], list({-x * 3 for x in range(n)})[:10])
w = set()
for i in range(200):
    w.add(i * 37 % 1009)
    if i % 3 == 0: w.discard((i // 2) * 37 % 1009)
print(list(w)); print([w.pop() for _ in range(20)], list(w)[:10], list(w.copy())[:10], list(set(w))[:10], list(w | {5000, 6000})[:10], list(w - {1, 2, 3})[:10], list(w ^ set(range(50)))[:10], list(w & set(range(500)))[:10])
print(list(set([2**40, 2**50, 1, 2**61, 2**62, 2**63, 2**64, -5])), list({1.5, 2.5, 3.0, 4.25, 1e100}), list({(1, 2), (3, 4), (5, 6)}), list({True, 2, False}), {1, 1.0, True}, list(map(frozenset, [{1, 2}, {9, 1}])))
class S(set):
    def __init__(s, *a, kw=None): super().__init__(*a)
class F(frozenset):
    def __new__(c, *a, kw=None): return super().__new__(c, *a)
    def __init__(s, *a, **k): pass
y, z = S([1], kw=2), F([1], kw=2); print(y, z, type(y | {2}), type(z | {2}), type(y.copy()), type(z.copy()), F([1]) == {1}, S(), F()); y.attr = 1; print(y.__dict__, y.__reduce__(), set([1]).__reduce__(), z.__reduce__())
it = iter({1, 2, 3}); print(it.__length_hint__(), next(it), it.__length_hint__(), it.__reduce__()[1], list(it), type(it))
try:
    for i in (g := {1, 2}): g.add(i + 100)
except RuntimeError as e: print(e)
r = set(); print({1, 2, 3}, frozenset({1}), set[int], frozenset[int], set('a'), {'a'} | {'a'}, len({1, 2, 2})); 
class R:
    def __repr__(self): return repr(rs)
rs = {R()}; print(rs)
class K:
    def __init__(s, n): s.n = n
    def __hash__(s): return 7
    def __eq__(s, o): return s.n == o.n
ks = {K(i) for i in range(30)}; print(len(ks), K(5) in ks, K(31) in ks); ks.discard(K(5)); print(len(ks)); ks2 = {K(i) for i in range(10, 40)}; print(len(ks & ks2), len(ks | ks2), len(ks - ks2), len(ks ^ ks2))
print(list(set('abcdefghij')), list({'spam', 'eggs', 'ham', 'foo', 'bar'}), list(frozenset(['x', 'y', 'zz', 'hello', 'world'])), list({b'a', b'b', 'c', 1, (1, 'x')})); t(lambda: {1}.foo); t(set.add, 5, 1); t(set.union); t(set.union, {1}); t(frozenset.union, {1}, 2)
print({1: 1, 2: 2}.keys() == {1, 2}, {1}.union({2: 3}), {1, 2, 3}.difference({2: 0}), {1, 2}.symmetric_difference({2: 0, 3: 0}), {1, 2} - {1: 2}.keys(), set({5: 1, 6: 2}), set([]) == frozenset(), [1] in [{1}] )
