# Whatever gc hands out is a Python object, complete and fit for use.
import functools
import gc
import operator
import re
import sys


@functools.lru_cache
def cached(n):
    return [n]


def generate():
    yield from [1, 2]


def seen_while_filled(counter):
    # A tuple of the arguments is being filled while this runs.
    if counter == 3:
        for thing in gc.get_objects():
            if type(thing) is tuple:
                hash_or_none(thing)
    return counter


def hash_or_none(thing):
    try:
        return len(repr(thing))
    except Exception:
        return None


class Counting:
    def __init__(self, number):
        self.number = [number]

    def __iter__(self):
        return self

    def __next__(self):
        seen_while_filled(self.number[0])
        return self.number


list(zip(range(2), *[map(lambda *a: a, *[Counting(i) for i in range(6)]) for _ in range(2)]))
cached(1)
cached("x")
running = generate()
next(running)
matches = re.finditer("a", "aa")
next(matches)

found = {}
work = [*gc.get_objects(), cached, running, matches, generate, generate.__code__, Counting]
while work and len(found) < 60000:
    thing = work.pop()
    if id(thing) in found or thing is work or thing is found:
        continue
    found[id(thing)] = thing
    work.extend(gc.get_referents(thing))
things = list(found.values())
del found
operations = [sys.getsizeof, repr, hash, len, dir, bool, lambda thing: thing == thing, lambda thing: thing < 0,
              lambda thing: thing + 1, lambda thing: thing.__class__, operator.length_hint, callable,
              gc.is_tracked, gc.get_referents]
sys.setrecursionlimit(200)
for operation in operations:
    for thing in things:
        if thing is things:
            continue
        try:
            operation(thing)
        except Exception:
            pass
print("executable" in {type(thing).__name__ for thing in things})
print(sorted(type(thing).__name__ for thing in gc.get_referents([1, "a", None], (2.5,), {1: b"x"})))
