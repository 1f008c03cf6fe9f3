def t(f, *a, **k):
    try: print(getattr(f, '__name__', f), '->', repr(f(*a, **k)))
    except BaseException as e: print(getattr(f, '__name__', f), '!', type(e).__name__, e)
t(tuple); t(tuple, 'ab'); t(tuple, 5); t(tuple, 1, 2); t(tuple, sequence=1); t(tuple, [1, 2]); x = (1, 2, 3); print(tuple(x) is x, x[:] is x, x * 1 is x, x + () is x, () + x is x)
t(x.__getitem__, 5); t(x.__getitem__, 'a'); t(x.__getitem__, slice(None, None, 2)); t(x.index, 9); t(x.index, 3, -1); t(x.count, 2); t(x.index); t(lambda: x + [1]); t(lambda: x * 2); t(lambda: x * 'a'); t(lambda: 2 * x); t(lambda: x * -1)
print((), (1,), (1, 2), ((),), hash(()), hash((1, 2)), hash(('a',)) == hash(('a',)), hash((1, (2, (3,)))), hash((1.5, True, None)) == hash((1.5, 1, None))); t(hash, ([],))
print((1, 2) < (1, 3), (1,) == (1.0,), (1, 2) != (1,), (2,) > (1, 5), () < (1,)); t(lambda: (1,) < ('a',)); t(lambda: (1,) < [1])
class T(tuple):
    def __new__(cls, a, b=0, **k): return super().__new__(cls, (a, b))
    def __init__(s, *a, **k): s.extra = k
y = T(1, 2, z=3); print(y, y.extra, type(y), y == (1, 2), hash(y) == hash((1, 2)), type(y[:]), type(y + ()), type(y * 1), tuple(y), y.__getnewargs__(), len(y), y.__dict__)
class T2(tuple): pass
t(T2, [1, 2]); t(T2, x=1); z = T2('abc'); z.a = 1; z.b = 2; print(z, z.a, z.b, z.__dict__); z.__dict__['c'] = 3; print(z.c); del z.a; print(z.__dict__); z.__dict__ = {'q': 1}; print(z.q)
it = iter((1, 2, 3)); print(next(it), it.__length_hint__(), it.__reduce__()[1:], list(it), it.__reduce__()[1:]); it = iter((1, 2, 3)); it.__setstate__(2); print(list(it)); t(it.__setstate__, 'a'); print(type(it))
l = []; u = (l,); l.append(u); print(u, l)
a, *b, c = (1, 2, 3, 4); print(a, b, c); print(1 in (1, 2), None in (1,), (1, 2, 3)[-2:], (1, 2, 3)[::-1], tuple[int, str], tuple[()]); print(T2.__mro__, tuple.__doc__ is not None, tuple.__hash__, isinstance((), tuple))
print(tuple(i * i for i in range(5)), sum((1, 2, 3)), max((3, 1)), (*range(3), *[1]), divmod(7, 2))
nan = float('nan'); print((nan,) == (nan,), (nan,) == (float('nan'),))
t(lambda: (1,2).foo); t(lambda: (1,2).__setitem__); t(exec, 'x = (1,); x[0] = 1'); t(exec, 'x = (1,); del x[0]')
