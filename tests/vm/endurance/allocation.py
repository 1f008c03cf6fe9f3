"""Allocates for SECONDS: every kind of object, short-lived and long-lived, small and large. Memory stays flat."""
import sys
import time

SECONDS = float(sys.argv[1])


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


class Node:
    def __init__(self, left, right):
        self.left, self.right = left, right


def work(step, kept):
    tree = None
    for i in range(300):
        tree = Node(tree, [i, str(i), i * 1.5])
    tree.left.left = tree  # garbage in cycles
    kept[step % 500] = {"text": "x" * (step % 4000), "number": 3 ** (step % 300), "tree": Node(None, step)}
    table = {i: (i, {i}) for i in range(100)}
    text = "".join(f"{k}:{v}" for k, v in table.items())
    data = bytearray(text.encode()) * 3
    if step % 200 == 0:
        large = [0] * 1_000_000
        large[5] = bytes(5_000_000)
    try:
        raise ValueError(data)
    except ValueError as error:
        generator = (x for x in [error])
        next(generator)


def main():
    kept = {}
    end = time.monotonic() + SECONDS
    warm = time.monotonic() + SECONDS / 4
    step, settled, most = 0, 0, 0
    while time.monotonic() < end:
        for _ in range(200):
            work(step, kept)
            step += 1
        now = resident()
        if time.monotonic() < warm:
            settled = max(settled, now)
        most = max(most, now)
    print(f"{step} steps, {settled} KiB after a quarter of the time, {most} KiB at most")
    assert most < settled * 1.25 + 8192, "memory grows"


main()
