"""__new__ that comes and goes, arguments of min, max and compile, and what the collector tracks."""
import gc
import sys


def attempt(function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
        return result if isinstance(result, (int, str, tuple)) else type(result).__name__
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class Refusing:
    def __new__(cls, *args, **kwargs):
        raise ValueError("refused")


class Restored(Refusing):
    __new__ = object.__new__

    def __init__(self, foo):
        self.foo = foo


# A class that had a __new__ of its own takes no arguments for object.__new__ any more.
print(attempt(Restored, 3), attempt(Restored))
del Restored.__new__
print(attempt(Restored, 1))
del Refusing.__new__
print(attempt(Restored, 3), attempt(Refusing), attempt(Refusing, 1))


class Number(int):
    __new__ = object.__new__


class Doubled(str):
    def __new__(cls, text):
        return str.__new__(cls, text * 2)


class Late:
    pass


print(attempt(Number, 5), attempt(Doubled, "a"))
del Doubled.__new__
print(attempt(Doubled, "a"))
Late.__new__ = lambda cls, x: object.__new__(cls)
print(attempt(Late, 1))
del Late.__new__
print(attempt(Late), attempt(Late, 1))

for function in (min, max):
    for keywords in ({"a": 1, "b": 2, "c": 3}, {"foo": 1}, {"key": None, "default": 3, "x": 1}, {"key": None}):
        print(attempt(function, 0, **keywords))
    print(attempt(function, [], default=5), attempt(function, 3, 1, key=lambda x: -x), attempt(function))
print(attempt(compile, "", "", "exec", 0x10), attempt(compile, "", "", "exec", 0x20))
print(type(complex.real).__name__, complex.imag, (3 + 4j).imag, attempt(setattr, 3j, "real", 1))
print(gc.is_tracked(({},)), gc.is_tracked({1: {}}), gc.is_tracked({1: 2}), gc.is_tracked([]))
print(sys.getsizeof([0] * 10) == sys.getsizeof(list([0] * 10)) == sys.getsizeof(list(range(10))))


class Vanishing:
    def write(self, text):
        sys.stderr = None


sys.stderr = Vanishing()
1 / 0
