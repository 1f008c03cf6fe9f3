# Slices taken at once, subscripts and comparisons of native types, `in`.
from array import array
from collections import Counter, OrderedDict, defaultdict, deque

numbers = list(range(6))
text, data = "abcdéf", b"abcdef"
for part in (numbers, tuple(numbers), text, data, bytearray(data), range(6)):
    for start in (None, 0, 1, -1, -9, 9, 3, True):
        print(*(part[start:stop] for stop in (None, 0, 2, -1, -9, 9, 3)))
        print(part[start:], part[:start], part[1:start:2])
    print(part[:] is part, part[1:3] is part)


class Keys(list):
    def __getitem__(self, key):
        return key


class Index:
    def __index__(self):
        return 2

    def __repr__(self):
        return "Index()"


def part_of(sequence, start, stop):
    return sequence[start:stop]


for sequence in (numbers, text, data, tuple(numbers), Keys(), numbers):
    print(part_of(sequence, 1, 3), part_of(sequence, Index(), None))
for sequence, start in ((5, 1), (numbers, "x"), (text, 1.5)):
    try:
        part_of(sequence, start, 2)
    except TypeError as error:
        print(error, error.__traceback__.tb_next.tb_lasti)
numbers[1:3] += [7]
print(numbers)
numbers[2:4] = "xy"
del numbers[1:2]
print(numbers)


def get(container, key):
    return container[key]


def put(container, key, value):
    container[key] = value


class Named(dict):
    def __missing__(self, key):
        return "missing " + str(key)


containers = [array("d", [1, 2]), array("i", [1, 2]), bytearray(b"ab"), [1, 2], memoryview(bytearray(b"xy")),
              defaultdict(list), OrderedDict(a=1), deque([1, 2]), Named(), Counter("abca"), (1, 2)]
for container in containers:
    for _ in range(3):
        for key in (1, 7, "a"):
            try:
                print(get(container, key))
                put(container, key, 5)
                print(container if type(container) is not memoryview else container.tobytes())
            except Exception as error:
                print(repr(error))
Named.__getitem__ = lambda self, key: ("own", key)
Named.__setitem__ = lambda self, key, value: print("set", key, value)
print(get(containers[8], 1), put(containers[8], 1, 2))

print({1, 2} <= {1, 2, 3}, {1} == {1.0}, (1, 2) < (1, 3), [1] == [1.0], (1, 2) == [1, 2], frozenset({1}) == {1})
for left, right in (([1], (2,)), ({1}, [1]), (b"a", "a"), ({}, {})):
    try:
        print(left < right)
    except TypeError as error:
        print(error)
    try:
        print(left + right)
    except TypeError as error:
        print(error)
print(1 in [True, 2], 2 in (1, 2), 1.0 in [1], 3 in [1, 2], True in (1,), {1} in {frozenset({1})}, 5 in frozenset([5]))
own = []
own.append(own)
other = [own]
print(own == own, own in own, own == other)

items = {1, 2, 3}
try:
    for item in items:
        print(item)
        items.add(item + 10)
except RuntimeError as error:
    print(error)
print(min(items), max(frozenset((3, 4))), sum({1, 2}), sorted(items))
