"""COUNT objects in cycles, each with a finaliser: each finaliser runs once, and the memory comes back."""
import gc
import sys

COUNT = int(sys.argv[1])
finalised = 0
revived = []


class Node:
    def __init__(self, number):
        self.number = number
        self.other = None

    def __del__(self):
        global finalised
        finalised += 1
        if self.number % 100_000 == 0:
            revived.append(self)


def make():
    for i in range(COUNT // 2):
        a, b = Node(2 * i), Node(2 * i + 1)
        a.other, b.other = b, a


make()
gc.collect()
gc.collect()
assert COUNT - 2 <= finalised <= COUNT, finalised  # the last pair may still stand on the stack
kept = len(revived)
assert kept >= COUNT // 100_000 - 1, kept
revived.clear()
gc.collect()
assert finalised <= COUNT, "a finaliser ran twice"
print(f"{finalised} of {COUNT} finalised, {kept} came back")
