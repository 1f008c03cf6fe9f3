"""gc.collect() finds what is dead, whatever calls have left behind on the machine's stacks."""
import gc
import weakref


class Node:
    def __init__(self, other=None):
        self.other = other


def dead(make):
    reference = weakref.ref(make())
    gc.collect()
    return reference() is None


def cycle():
    first = Node()
    first.other = Node(first)
    return first


def in_exception():
    try:
        raise ValueError(Node())
    except ValueError as error:
        return error.args[0]


def in_generator():
    def generate():
        yield Node()
    return next(generate())


for make in (Node, cycle, in_exception, in_generator, lambda: sorted([Node()], key=id)[0],
             lambda: list(map(Node, "a"))[0], lambda: max([Node(), Node()], key=lambda node: 1)):
    print([dead(make) for _ in range(3)])

ended = []


class Finalised:
    def __init__(self):
        self.me = self

    def __del__(self):
        ended.append(self)


class Loop:
    def __init__(self):
        self.me = self


gc.collect()
gc.disable()
for _ in range(20):
    Loop()
print(gc.collect() <= 20)
Finalised()
print(gc.collect(), len(ended))
for _ in range(20):
    Loop()
Finalised()
print(gc.collect() <= 20, len(ended))
ended.clear()
print(gc.collect())
before = gc.get_stats()
gc.collect(0)
gc.collect(1)
gc.collect(2)
print([new["collections"] - old["collections"] >= 1 for new, old in zip(gc.get_stats(), before)])
print(len(gc.get_objects()) == len(gc.get_objects()))
gc.enable()
