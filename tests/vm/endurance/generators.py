"""COUNT generators, coroutines and asynchronous generators alive at once, each suspended inside of another."""
import sys

COUNT = int(sys.argv[1])


def inner(n):
    local = [n] * 3
    try:
        while True:
            local.append((yield sum(local)))
            local.pop(0)
    finally:
        local.clear()


def outer(n):
    with_more = str(n)
    return with_more + str((yield from inner(n)))


class Step:
    def __await__(self):
        return (yield self)


async def waits(n):
    return n + await Step()


async def counts(n):
    for i in range(n):
        yield i


generators = [outer(n) for n in range(COUNT)]
assert [next(g) for g in generators] == [3 * n for n in range(COUNT)]
for value in range(4):
    sums = [g.send(value) for g in generators]
assert sums == [6] * COUNT, sums[:3]
for n, g in enumerate(generators):
    if n % 3 == 0:
        g.close()
assert sum(g.gi_frame is None for g in generators) == (COUNT + 2) // 3
coroutines = [waits(n) for n in range(COUNT)]
for c in coroutines:
    c.send(None)
total = 0
for n, c in enumerate(coroutines):
    try:
        c.send(n)
    except StopIteration as stop:
        total += stop.value
assert total == COUNT * (COUNT - 1)
asynchronous = [counts(2) for n in range(COUNT)]
for a in asynchronous:
    try:
        a.__anext__().send(None)
    except StopIteration as stop:
        assert stop.value == 0
print(f"{COUNT} of each")
