# Damaged code objects: whatever they do, it is an ordinary exception or an ordinary result.

import _signal


class TooLong(BaseException):
    pass


def interrupt(number, frame):
    raise TooLong


_signal.signal(_signal.SIGALRM, interrupt)


def sample(a, b=2, *args, c=3, **kw):
    total = [x for x in range(a)]
    try:
        with_key = {"k": total, **kw}
        for key in with_key:
            total.append(key)
        return lambda: (total, b, c, args)
    except (ValueError, KeyError) as error:
        return str(error)
    finally:
        total.clear()


def numbers(n):
    yield from range(n)
    x = yield n
    return x + n


class Holder:
    def __init__(self):
        self.a = 1
        self.b = [self.a] * 3

    def get(self, i):
        return self.b[i] + self.a


kinds = set()


def damaged(code, seed):
    state = seed
    data = bytearray(code.co_code)
    for _ in range(1 + seed % 3):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        at = state % len(data)
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        data[at] = state >> 8 & 0xFF
    return code.replace(co_code=bytes(data))


def attempt(function, *args):
    _signal.setitimer(_signal.ITIMER_REAL, 0.2)
    try:
        result = function(*args)
        if hasattr(result, "send"):
            for _ in range(20):
                next(result)
        elif callable(result):
            result()
    except BaseException as error:
        kinds.add(type(error).__name__)
    finally:
        _signal.setitimer(_signal.ITIMER_REAL, 0)


original = {f: f.__code__ for f in (sample, numbers, Holder.__init__, Holder.get)}
for seed in range(2000):
    for function, code in original.items():
        try:
            function.__code__ = damaged(code, seed)
        except Exception as error:
            continue
        if function is sample or function is numbers:
            attempt(function, 3)
        else:
            attempt(lambda: Holder().get(1))
        function.__code__ = code
print("survived")
