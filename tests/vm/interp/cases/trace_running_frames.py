"""Tracing that begins while frames are running: in calls, operators, comparisons, loops and generators."""
import sys

events = []


def trace(frame, event, argument):
    events.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, event))
    return trace


def show():
    print(*events, sep="\n")
    events.clear()


def here(x):
    y = x + 1
    sys._getframe().f_trace = trace; sys.settrace(trace)
    z = [y, x,
         len([1, 2])]
    for i in range(2):
        z.append(i)
    try:
        1 / 0
    except ZeroDivisionError as error:
        z.append(str(error))
    sys.settrace(None)
    return z


print(here(3))
show()


def begin():
    frame = sys._getframe(1)
    while frame:
        frame.f_trace = trace
        frame = frame.f_back
    sys.settrace(trace)


class Number:
    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        begin()
        return Number(self.value + other.value)

    def __lt__(self, other):
        begin()
        return self.value < other.value

    def __iter__(self):
        begin()
        return iter([self, self])


def inside_expressions(a, b):
    c = (1, a.value, a + b, b.value)
    if a < b:
        c += (5,)
    d = [x.value for x in a]
    e = a + (b if a < b
             else a)
    sys.settrace(None)
    return c[0], c[1], c[2].value, c[3:], d, e.value


print(inside_expressions(Number(1), Number(2)))
show()


def generator():
    x = 1
    y = yield x
    try:
        z = yield x, y
    finally:
        print("left")
    return z


def resumed():
    waiting = generator()
    next(waiting)
    sys.settrace(trace)
    waiting.send(5)
    try:
        waiting.send(6)
    except StopIteration as stop:
        print(stop.value)
    sys.settrace(None)


resumed()
show()


def in_handler():
    try:
        try:
            raise KeyError("first")
        finally:
            begin()
    except KeyError as error:
        print(error.__traceback__.tb_lineno - in_handler.__code__.co_firstlineno)
    for turn in (1, 2):
        begin()
        x = turn
        sys.settrace(None)


in_handler()
show()
