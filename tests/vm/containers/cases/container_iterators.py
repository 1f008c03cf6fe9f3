# Iterators of the builtin containers: how many items are to come, and how they are pickled.

for items in "abc", "\u0101bc", b"abc", bytearray(b"abc"), (1, 2, 3), [1, 2, 3]:
    iterator = iter(items)
    print(type(iterator).__name__, next(iterator), iterator.__length_hint__())
    for state in None, 2, -5, 1000, True:
        try:
            iterator.__setstate__(state)
        except TypeError as error:
            print(error)
        function, arguments, *rest = iterator.__reduce__()
        print(state, iterator.__length_hint__(), function.__name__, arguments, rest)
    print(list(iterator), iterator.__length_hint__(), iterator.__reduce__())
    iterator.__setstate__(0)
    print(list(iterator))

table = {1: 2, 3: 4}
for items in table, table.values(), table.items(), reversed(table), {1, 2}:
    iterator = iter(items)
    next(iterator)
    print(type(iterator).__name__, iterator.__length_hint__(), iterator.__reduce__(), list(iterator))
    print(iterator.__length_hint__(), iterator.__reduce__())
iterator = iter(table)
table[5] = 6
print(iterator.__length_hint__())
try:
    iterator.__reduce__()
except RuntimeError as error:
    print(error)
