# Generators whose items native functions take one after the other.
import sys


def numbers(n):
    for i in range(n):
        yield i


print(sum(numbers(10)), list(numbers(5)), tuple(numbers(3)), set(numbers(4)), max(numbers(7)))
print(any(x > 3 for x in numbers(9)), all(x < 3 for x in numbers(9)), any([]), all(numbers(0)))
print(sorted(-x for x in numbers(5)), "".join(str(x) for x in numbers(12)), dict((x, x) for x in numbers(3)))
print(sum(x * 0.5 for x in numbers(4)), sum([[1], [2]], []), sum((x for x in (1, 2.5, True)), 1))

# What takes the items looks at the generator, resumes it, ends it.
log = []


class Hashed:
    def __init__(self, value):
        self.value = value

    def __hash__(self):
        log.append((generator.gi_running, generator.gi_frame is not None))
        return hash(self.value)

    def __eq__(self, other):
        return self.value == other.value


generator = (Hashed(i % 3) for i in range(4))
print(len(set(generator)), log)


class Resuming:
    def __init__(self, value):
        self.value = value

    def __radd__(self, total):
        taken.append(next(generator, "end"))
        return total + self.value


taken = []
generator = (Resuming(i) if i % 2 == 0 else i for i in range(7))
print(sum(generator), taken)


class Closing:
    def __radd__(self, total):
        generator.close()
        return total + 1


def endless():
    try:
        while True:
            yield Closing()
    finally:
        print("closed")


generator = endless()
print(sum(generator))

# Exceptions of the generator, and of who takes its items.


def failing():
    yield 1
    yield 2
    raise KeyError("x")


for function in (sum, list, tuple, set, max, sorted, any, all):
    try:
        print(function(failing()))
    except KeyError as error:
        print(function.__name__, repr(error))


class NoTruth:
    def __bool__(self):
        raise ValueError("no truth")


generator = iter(x for x in (0, NoTruth(), 1, 2))
try:
    any(generator)
except ValueError as error:
    print(repr(error), generator.gi_frame is not None, next(generator), list(generator))
items = (i for i in range(5))
print(any(i == 2 for i in items), list(items))


def deep():
    return sum(deep() for _ in range(1))


try:
    deep()
except RecursionError as error:
    print("too deep")


def itself():
    yield 1
    try:
        list(generator)
    except ValueError as error:
        print(error)
    yield 2


generator = itself()
print(list(generator))

# What the generator handles is not what its user handles.


class Watching:
    def __radd__(self, total):
        return total + (sys.exc_info()[0] is None)


def handling(make):
    try:
        raise IndexError
    except IndexError:
        yield make()
        yield make()


print(list(handling(lambda: sys.exc_info()[0])), sum(handling(Watching)))

# Traced.
events = []


def trace(frame, event, argument):
    if frame.f_code.co_name in ("numbers", "<genexpr>"):
        events.append((event, frame.f_lineno - frame.f_code.co_firstlineno, type(argument).__name__))
    return trace


sys.settrace(trace)
sum(numbers(2))
list(x for x in (1, 2))
sys.settrace(None)
print(events)


class Tracing:
    def __radd__(self, total):
        sys.settrace(trace if total < 2 else None)
        return total + 1


events.clear()
print(sum(Tracing() for _ in range(4)), events)
