"""The exception events of StopIteration where loops and `yield from` end."""
import sys

events = []


def trace(frame, event, argument):
    shown = repr(argument[:2]) if event == "exception" else type(argument).__name__
    events.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, event, shown))
    return trace


class Three:
    count = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.count += 1
        if self.count > 2:
            raise StopIteration
        return self.count


def returning():
    yield 1
    return 5


def delegating():
    yield from returning()
    yield from Three()


async def answer():
    return 1


async def awaiting():
    return await answer()


def run():
    for i in Three():
        pass
    for i in returning():
        pass
    list(Three())
    [i for i in returning()]
    list(delegating())
    a, b = Three()
    try:
        awaiting().send(None)
    except StopIteration:
        pass


sys.settrace(trace)
run()
sys.settrace(None)
print(*events, sep="\n")
