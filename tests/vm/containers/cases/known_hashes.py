# Hashes of tuples: kept where they cannot change, and asked again where they can.
import os
import time
from collections import namedtuple

mixed = (1, (2, "a", None), True, 2.5, b"x", 10**30)
print(hash(mixed) == hash(mixed) == hash((1, (2, "a", None), True, 2.5, b"x", 10**30)))
print(hash((1.0, 2)) == hash((1, 2)), hash(()), hash(((),)), hash((1, 2, 3)))


class Changing:
    value = 1

    def __hash__(self):
        return self.value


changing = Changing()
inner = (changing,)
outer = (1, inner)
before = hash(inner), hash(outer)
changing.value = 2
print(before == (hash(inner), hash(outer)), hash(inner) == hash((2,)), hash(outer) == hash((1, (2,))))


class Own(tuple):
    def __hash__(self):
        return 5


own = Own((1, 2))
print(hash(own), tuple.__hash__(own) == hash((1, 2)), hash(own), hash((own,)) == hash((5,)), hash((own,)) == hash((5,)))
Point = namedtuple("Point", "x y z")
point = Point(1, (2, 3), "z")
print(hash(point) == hash((1, (2, 3), "z")) == hash(point), {point: 1}[(1, (2, 3), "z")])
moment = time.gmtime(0)
print(hash(moment) == hash(tuple(moment)) == hash(moment), moment)
found = os.stat("/")
print(len(found), hash(found) == hash(found), found.st_mode == found[0], found.st_mtime_ns // 10**9 == found[8])
for _ in range(2):
    try:
        hash((1, []))
    except TypeError as error:
        print(error)

# Keys that are tuples: equal without being the same.
table = {}
for i in range(50):
    table[i, str(i), (i, bytes([i])), float(i)] = i
print(all(table[i, str(i), (i, bytes([i])), i] == i for i in range(50)), (1, "1", (1, b"2"), 1) in table)
marks = {(0,): "int", (0, 1): "pair", ("0",): "str", (b"0",): "bytes"}
print(marks[0.0,], marks[False, True], marks["0",], marks[b"0",], (0, 1, 2) in marks)
grown = set()
for i in range(100):
    grown.add((i % 10, i % 7))
    grown.add(i % 13)
    grown.discard(i % 5)
print(len(grown), sorted(x for x in grown if type(x) is int))
