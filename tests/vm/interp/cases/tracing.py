# Trace and profile events, jumps, frames that outlive their calls.
import sys


def work(n):
    total = 0
    for i in range(n):
        if i % 2:
            total += i
    try:
        raise ValueError(total)
    except ValueError as error:
        return error.args


def events_of(function, *args):
    events = []
    start = function.__code__.co_firstlineno

    def trace(frame, event, arg):
        if frame.f_code is not function.__code__:
            return None
        events.append((event, frame.f_lineno - start))
        return trace

    sys.settrace(trace)
    try:
        function(*args)
    finally:
        sys.settrace(None)
    return events


def generator(n):
    for i in range(n):
        yield i


print(events_of(work, 3))
print(events_of(lambda: list(generator(2))))

calls = []
sys.setprofile(lambda frame, event, arg: calls.append((event, getattr(arg, "__name__", None))))
len([1])
sorted([2, 1])
sys.setprofile(None)
print(calls)


def jumped():
    seen = []
    seen.append(1)
    seen.append(2)
    seen.append(3)
    return seen


def jump(frame, event, arg):
    if frame.f_code is jumped.__code__ and event == "line":
        if frame.f_lineno == jumped.__code__.co_firstlineno + 3:
            frame.f_lineno += 1
    return jump


sys.settrace(jump)
result = jumped()
sys.settrace(None)
print(result)


def keep():
    local = [1, 2]
    cell = 3
    return sys._getframe(), lambda: cell


frame, function = keep()
print(frame.f_locals["local"], frame.f_locals["cell"], frame.f_code.co_name, frame.f_back.f_code.co_name)
frame.clear()
print(frame.f_locals)
try:
    sys._getframe().clear()
except RuntimeError as error:
    print(error)
