# What finalisers do without end, and long chains that die at once.
import gc
import sys
import traceback


class Chain:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        if self.n:
            Chain(self.n - 1)


for i in range(3):
    Chain(100)
    gc.collect()


class Endless:
    def __del__(self):
        self.__del__()


seen = set()
sys.unraisablehook = lambda unraisable: seen.add(unraisable.exc_type)
for i in range(3):
    Endless()
gc.collect()
print(seen)

x = None
for i in range(200000):
    x = [x]
del x


class Node:
    __slots__ = 'next',


x = None
for i in range(200000):
    n = Node()
    n.next = x
    x = n
del x, n


def generator(inner):
    yield inner


g = None
for i in range(1000):
    h = generator(g)
    next(h)
    g = h
del g, h
gc.collect()

e = None
for i in range(3000):
    try:
        raise ValueError(i) from e
    except ValueError as x:
        e = x
print(len(traceback.format_exception(e)))
