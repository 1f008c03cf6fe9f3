class A:
    def __init__(self, a, b=2, *, c=3): self.v=(a,b,c)
class B(A): 
    def __bool__(self): return self.v[0] > 0
    def __iter__(self): return iter(self.v)
    def __contains__(self, x): return x in self.v
    def __lt__(self, o): return self.v < o.v
    def __add__(self, o): return NotImplemented
    def __radd__(self, o): return "radd"
    def __iadd__(self, o): return NotImplemented
for i in range(5):
    print(A(1, b=i).v, A(a=i).v, A(i, c=9).v, B(b=5, a=1).v)
    for f in (lambda: A(b=1), lambda: A(1, a=2), lambda: A(1, d=2), lambda: B(1)+B(2), lambda: B(1)+1, lambda: 1+B(1)):
        try: print(f())
        except TypeError as e: print(e)
    x = B(1)
    try: x += 3
    except TypeError as e: print(e)
    print([bool(B(k)) for k in (-1,0,1)], [1 if B(k) else 0 for k in (-1,1)], 3 in B(1), 7 in B(1), B(1) < B(2), list(B(4)))
    while B(i): 
        i -= 1
    for a, b in {1: 2, 3: 4}.items(): print(a, b, end=' ')
    for n, v in enumerate([5, 6], 3): print(n, v, end=' ')
    for p, q, r in zip('ab', [1, 2, 3], range(9)): print(p, q, r, end=' ')
    for n, (p, q) in enumerate(zip('ab', 'cd')): print(n, p, q, end=' ')
    print()
class N:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3: raise StopIteration
        return self.n
for i in range(3):
    print([x for x in N()], [x*y for x in N() for y in N()])
    for x in N():
        if x == 2: break
    else: print('no')
class BadBool:
    def __bool__(self): return 1
for i in range(3):
    try:
        if BadBool(): pass
    except TypeError as e: print(e)
class Iter2:
    def __iter__(self): return 5
for i in range(3):
    try:
        for x in Iter2(): pass
    except TypeError as e: print(e)
class Hook:
    z = 5
    def __init__(self): self.a = 1
    def __getattr__(self, n):
        if n == 'bad': raise AttributeError('no bad')
        return n
h = Hook()
for i in range(10): print(h.a, h.z, h.q, end=' ')
try: h.bad
except AttributeError as e: print(e)
