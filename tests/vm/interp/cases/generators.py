# Generators, coroutines and asynchronous generators driven by hand.
import sys
import types


def inner():
    try:
        got = yield "a"
        print("inner got", got)
        yield "b"
    except KeyError as error:
        print("inner caught", error)
        yield "c"
    finally:
        print("inner done")
    return "value"


def outer():
    result = yield from inner()
    print("outer got", result)


g = outer()
print(next(g), g.send(5), g.throw(KeyError("k")), list(g), g.gi_frame, g.gi_running)

g = outer()
next(g)
print(g.gi_yieldfrom.__name__, g.gi_suspended)
g.close()


def raises():
    yield 1
    raise StopIteration(2)


try:
    list(raises())
except RuntimeError as error:
    print(error, repr(error.__cause__))


def running():
    yield next(me)


me = running()
for attempt in (lambda: next(me), lambda: outer().send(1), lambda: outer().throw(ValueError, "text")):
    try:
        attempt()
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)


@types.coroutine
def pause(value):
    return (yield value)


class Manager:
    async def __aenter__(self):
        return await pause("enter")

    async def __aexit__(self, *error):
        await pause("exit")
        return True


async def produce(n):
    try:
        for i in range(n):
            received = yield await pause(i)
            if received is not None:
                print("received", received)
    finally:
        await pause("cleanup")


async def main():
    async with Manager() as entered:
        print("entered", entered)
        raise ValueError
    result = [value async for value in produce(3)]
    generator = produce(5)
    await generator.asend(None)
    print(await generator.asend("sent"))
    await generator.aclose()
    try:
        await generator.__anext__()
    except StopAsyncIteration:
        result.append("stopped")
    return result, await anext(produce(0), "default")


def drive(coroutine):
    sent = None
    while True:
        try:
            asked = coroutine.send(sent)
        except StopIteration as stop:
            return stop.value
        print("asked", asked)
        sent = f"answer to {asked}"


print(drive(main()))
for bad in ("await 1", "async with 1: pass", "[x async for x in 1]"):
    scope = {}
    exec(f"async def f():\n    {bad}", scope)
    try:
        scope["f"]().send(None)
    except TypeError as error:
        print(error)


# ---- what is thrown into a generator gets its context from the generator, not from the caller
def raiser(error):
    try:
        yield
    finally:
        raise error


def contexts():
    errors = [Exception(i) for i in range(4)]
    try:
        raise errors[0]
    except Exception:
        pending = errors[0]
        for error in errors[1:]:
            g = raiser(error)
            next(g)
            try:
                g.throw(pending)
            except Exception as e:
                pending = e
    for error in errors:
        print(repr(error), repr(error.__context__))


contexts()


def handling():
    try:
        raise KeyError(1)
    except KeyError:
        yield


g = handling()
next(g)
try:
    g.throw(ValueError(2))
except ValueError as e:
    print(repr(e), repr(e.__context__))
