# Streams whose layers are exchanged, and die in any order.
import gc
import io


class Kept(io.BufferedReader):
    def __del__(self):
        revived.append(self)


def replace_raw():
    first, second = io.FileIO("/dev/null"), io.FileIO("/dev/null")
    reader = io.BufferedReader(first)
    reader.__init__(second)
    kept.append(first)


def exchange():
    first, second = io.FileIO("/dev/null"), io.FileIO("/dev/null")
    buffer = io.BufferedReader(first)
    text = io.TextIOWrapper(buffer)
    buffer.__init__(second)
    kept.append(first)
    other = io.BufferedReader(io.FileIO("/dev/null"))
    text.__init__(other)
    kept.append(buffer)


kept, revived = [], []
for _ in range(100):
    replace_raw()
    exchange()
gc.collect()
gc.collect()
churn = [str(i) * 3 for i in range(50_000)]
kept.clear()
gc.collect()
gc.collect()

Kept(io.FileIO("/dev/null"))
gc.collect()
raw = io.FileIO("/dev/null")
revived[0].__init__(raw)
revived.clear()
gc.collect()
gc.collect()
churn = [str(i) * 3 for i in range(50_000)]
raw = None
gc.collect()
print("done", len(revived))
