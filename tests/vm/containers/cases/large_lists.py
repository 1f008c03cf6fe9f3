# Lists that are large and old: what moves inside of them must not be lost by a collection of the young.
import gc


class Item:
    def __init__(self, number):
        self.number = [number]


def churn():
    for _ in range(300_000):
        Item(-1).number.append([])


def filled(change, size=5000):
    numbers = [None] * size
    numbers.append(None)  # so that there is room
    gc.collect()
    numbers.append(Item(1))
    list.__setitem__(numbers, 1000, Item(2))
    list.__setitem__(numbers, size // 2, Item(3))
    change(numbers)
    churn()
    print([(i, item.number) for i, item in enumerate(numbers) if item is not None])


filled(lambda l: l.reverse())
filled(lambda l: l.insert(0, None))
filled(lambda l: l.pop(3))
filled(lambda l: l.__delitem__(slice(1, None, 2)))
filled(lambda l: l.__delitem__(slice(1, 6)))
filled(lambda l: l.__setitem__(slice(None), l[2000:] + l[:2000]))
filled(lambda l: l.__setitem__(slice(None, None, -1), l))
filled(lambda l: l.sort(key=lambda item: item is not None))
filled(lambda l: l.extend(l))
filled(lambda l: l.__imul__(2))


def exchange(numbers):
    for i in range(0, len(numbers) // 2):
        numbers[i], numbers[-1 - i] = numbers[-1 - i], numbers[i]


filled(exchange)
