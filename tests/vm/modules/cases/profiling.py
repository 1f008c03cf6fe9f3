# cProfile: who was called how often, by whom.
import cProfile
import gc
import pstats


def leaf(n):
    return len(range(n))


def inner(n):
    return [leaf(i) for i in range(n)]


def recursive(n):
    return 0 if n == 0 else recursive(n - 1) + leaf(n)


class Thing:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
        return sorted(self.items)


def main():
    inner(5)
    recursive(4)
    thing = Thing()
    for i in range(3):
        thing.add(i)
    try:
        int("x")
    except ValueError:
        pass
    return sum(n for n in range(4))


gc.collect()  # callbacks of what the imports have left behind are not to be profiled
profile = cProfile.Profile()
profile.runcall(main)
stats = profile.getstats()
for entry in sorted(stats, key=lambda e: e.code if isinstance(e.code, str) else e.code.co_name):
    code = entry.code if isinstance(entry.code, str) else entry.code.co_name
    calls = sorted((c.code if isinstance(c.code, str) else c.code.co_name, c.callcount, c.reccallcount) for c in entry.calls or ())
    print(code, entry.callcount, entry.reccallcount, entry.totaltime >= entry.inlinetime, calls)
print(pstats.Stats(profile).total_calls, cProfile.Profile(subcalls=False, builtins=False).getstats())
ticks = iter(range(0, 10**6, 10))
timed = cProfile.Profile(lambda: next(ticks), 0.5)
timed.runcall(leaf, 3)
print([(e.callcount, e.totaltime, e.inlinetime) for e in timed.getstats() if not isinstance(e.code, str)])
timed.clear()
print(timed.getstats())
