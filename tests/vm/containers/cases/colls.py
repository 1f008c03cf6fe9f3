from _collections import *
import _collections
from _collections import _count_elements, _tuplegetter, _deque_iterator
def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(deque); t(deque, 'abc'); t(deque, 'abcd', 2); t(deque, maxlen=3); t(deque, 5); t(deque, [], -1); t(deque, [], 'a'); t(deque, 1, 2, 3); t(deque, foo=1); t(deque, iterable='ab')
d = deque([1, 2, 3]); d.append(4); d.appendleft(0); print(d, d.pop(), d.popleft(), len(d), d[0], d[-1], d.maxlen); d.extend('ab'); d.extendleft('xy'); print(d); d.rotate(2); print(d); d.rotate(-3); print(d); d.rotate(); print(d); d.reverse(); print(d); t(d.rotate, 'a'); t(d.__getitem__, 100); t(lambda: d['a']); t(lambda: d[0:1]); t(d.__setitem__, 100, 1); t(d.__delitem__, 100); d[0] = 'z'; del d[1]; print(d)
t(d.index, 'nope'); t(d.index, 'a'); t(d.remove, 'nope'); t(d.remove, 'a'); t(d.insert, 1, 'I'); t(d.insert, -1, 'J'); t(d.insert, 100, 'K'); t(d.insert, -100, 'L'); print(d, 'I' in d, 'Q' in d, d.count('I'), d.copy() == d, d.copy() is d); t(deque().pop); t(deque().popleft); t(deque([1], 1).insert, 0, 1); t(d.index, 'I', 0, 2); t(d.index, 'L', 2)
m = deque(range(5), 3); print(m); m.append(9); m.appendleft(7); m.extend([1, 2]); print(m, m.maxlen); t(setattr, m, 'maxlen', 5); z = deque(maxlen=0); z.append(1); print(z, len(z))
print(deque([1]) + deque([2]), deque([1, 2]) * 2, 2 * deque([1]), deque([1, 2], 3) * 3, deque('ab') == deque('ab'), deque('a') < deque('b'), deque('a') != deque('ab'), deque([1]) == [1], deque('ab') > deque('a')); t(lambda: deque() + [1]); t(lambda: deque() < 5); x = deque([1]); x += [2]; x *= 3; print(x); x *= 0; print(x); x.extend(x); x = deque('ab'); x.extend(x); print(x); x.extendleft(x); print(x); t(hash, x)
r = deque(); r.append(r); print(r); print(list(reversed(deque('abc'))), bool(deque()), deque('abc').__reduce__()[:3], deque('abc', 5).__reduce__()[:3], type(iter(x)), iter(deque('abc')).__length_hint__(), iter(deque('a')).__reduce__()[1])
try:
    for v in x: x.append(1)
except RuntimeError as e: print(e)
class D(deque):
    def __init__(s, *a, **k): super().__init__(*a); s.k = k
q = D('ab', kw=1); print(q, q.k, q.copy() if 0 else '', D('ab') == deque('ab')); print(deque[int]); import _collections as C; print(deque.__module__, deque.__name__, repr(deque), repr(OrderedDict), repr(defaultdict))
big = deque(); 
for i in range(1000): big.append(i); 
for i in range(500): big.popleft()
for i in range(300): big.appendleft(-i)
print(len(big), big[0], big[400], big[-1], sum(big)); big.rotate(123); print(big[0], big[5], big[-5]); del big[100]; del big[-100]; print(len(big), big[99], big[-100]); it = _deque_iterator(deque('abc'), 1); print(list(it))
dd = defaultdict(list); dd['a'].append(1); print(dd, dd['a'], dd.default_factory, dd.get('zz'), 'zz' in dd, dd.copy(), dd.__reduce__()[:4]); t(defaultdict, 5); t(defaultdict, None, [1]); t(defaultdict); t(lambda: defaultdict()['x']); t(lambda: defaultdict(int, a=1, b=2)); e = defaultdict(int, {1: 2}); e[5] += 1; print(e, e | {7: 8}, {7: 8} | e, type({} | e), e == {1: 2, 5: 1}); e.default_factory = None; t(lambda: e[99]); t(lambda: e | 5); t(lambda: e.__missing__(3)); e.default_factory = lambda: 3; print(e[0], defaultdict(int).__missing__(4)); s = defaultdict(); s.default_factory = s; 
class DD(defaultdict): pass
y = DD(int, a=1); y.z = 1; print(y, y['q'], y.z, y.copy(), type(y.copy())); print(defaultdict(list, [(1, 2)]), defaultdict.fromkeys('ab'))
o = OrderedDict([('a', 1), ('b', 2)]); o['c'] = 3; print(o, list(o), o.popitem(), o.popitem(last=False), o, len(o)); t(OrderedDict, 1, 2); t(OrderedDict, 5); t(OrderedDict, [1]); t(OrderedDict, [(1,)]); t(OrderedDict, [(1, 2, 3)]); t(OrderedDict, {1: 2}, a=3); t(OrderedDict, a=1, b=2); t(OrderedDict().popitem); t(OrderedDict().pop, 'x'); t(OrderedDict(x=1).pop, 'x'); t(OrderedDict().pop, 'x', 5); t(OrderedDict().pop, key='x', default=3)
o = OrderedDict.fromkeys('abcd'); o.move_to_end('a'); print(''.join(o)); o.move_to_end('d', last=False); print(''.join(o)); o.move_to_end('b', False); o.move_to_end('c', False); print(''.join(o)); t(o.move_to_end, 'zz'); t(o.move_to_end); t(OrderedDict().move_to_end, 1); print(''.join(reversed(o)), o.keys(), o.values(), o.items(), list(reversed(o.items())), type(iter(o)), type(o.keys()), o.setdefault('q', 5), o.setdefault('q', 6), o)
print(OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1, b=2) == dict(b=2, a=1), OrderedDict(a=1) != OrderedDict(a=1), {'a': 1} == OrderedDict(a=1), OrderedDict(a=1) | {'b': 2}, {'b': 2} | OrderedDict(a=1), OrderedDict(a=1).copy(), OrderedDict(a=1).__reduce__()[:4]); t(lambda: OrderedDict() | 5); t(OrderedDict().update, 1, 2); o2 = OrderedDict(a=1); o2 |= [('z', 9)]; o2.update(b=5); print(o2); o2.attr = 1; print(o2.__dict__, o2.__reduce__()[2]); t(hash, o2)
try:
    for k in o2: o2['new' + k] = 1
except RuntimeError as e: print(e)
try:
    for k in o2: o2.move_to_end(k)
except RuntimeError as e: print(e)
rr = OrderedDict(); rr['r'] = rr; print(rr); print(OrderedDict(), o2.clear(), o2, list(o2.keys() & {'a'}))
lru = OrderedDict()
for i in range(2000):
    lru[i % 137] = i; lru.move_to_end(i % 137, last=bool(i % 3))
    if len(lru) > 50: lru.popitem(last=bool(i % 2))
print(list(lru.items())[:10], len(lru))
c = {}; _count_elements(c, 'abracadabra'); print(c); _count_elements(c, 'aaz'); print(c); t(_count_elements, c, 5)
class T(tuple): x = _tuplegetter(0, 'doc of x'); y = _tuplegetter(1, 'd')
print(T((1, 2)).x, T((1, 2)).y, T.x, T.x.__doc__, T.x.__reduce__()); t(lambda: T((1,)).y); t(setattr, T((1, 2)), 'x', 5); t(delattr, T((1, 2)), 'x'); t(lambda: T.x.__get__(5)); print(sorted(n for n in dir(_collections) if not n.startswith('__')))
