# Instances whose attributes branch after a long common beginning: names of one branch are not seen in others.
class Record:
    pass


def start(count):
    record = Record()
    for i in range(count):
        setattr(record, f"a{i}", i)
    return record


def names_found(record, names):
    return [name for name in names if hasattr(record, name)]


base = start(12)
print(names_found(base, ["a0", "a11", "b", "c"]))
left, right, longer = start(12), start(12), start(12)
left.b = 1
print(names_found(left, ["a11", "b", "c"]), names_found(base, ["b", "c"]))
right.c = 2
print(names_found(right, ["a11", "b", "c"]), names_found(left, ["b", "c"]), names_found(base, ["b", "c"]))
longer.b = 3
for i in range(300):
    setattr(longer, f"d{i}", i)
    if i % 50 == 0:
        print(i, getattr(longer, f"d{i}"), hasattr(longer, f"d{i + 1}"), hasattr(left, f"d{i}"), longer.b, left.b)
print(len(vars(longer)), len(vars(left)), len(vars(right)), len(vars(base)))
right.d0 = 4
print(names_found(right, ["b", "c", "d0", "d1"]), right.d0, longer.d0)
