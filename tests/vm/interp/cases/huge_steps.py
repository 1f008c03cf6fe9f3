# Slices whose step goes far beyond the last item, and empty buffers.
import sys

for step in (sys.maxsize, -sys.maxsize - 1, 2**61, 10**30, -10**30):
    for make in (list, tuple, bytes, bytearray):
        items = make(range(5))
        print(make.__name__, items[::step], items[1:4:step], items[7::step], make()[::step])
    print("abcde"[::step], range(5)[::step], memoryview(b"abcde")[::step].tolist())
    for make in (list, bytearray):
        for change in (lambda v: v.__setitem__(slice(1, None, step), v[:1]), lambda v: v.__delitem__(slice(1, None, step)),
                       lambda v: v.__setitem__(slice(None, None, step), b"xy")):
            items = make(range(5))
            try:
                change(items)
            except ValueError as error:
                print(error)
            print(items)
empty = bytearray(b"abc")
del empty[:]
print(empty.isascii(), empty + b"", b"" + empty, bytes(empty), empty.decode(), empty == b"", empty.find(b""), empty * 3)
