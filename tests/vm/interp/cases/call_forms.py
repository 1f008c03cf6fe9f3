# Call sites that keep the way of their arguments: *args, **kwargs, keyword-only parameters, native functions.
import sys


def rest(first, *more):
    return first, more


def named(first, second=2, *, third=3, **others):
    return first, second, third, others


def everything(*args, **kwargs):
    return args, kwargs


def only(first, *, flag=False, must):
    return first, flag, must


class Thing:
    made = 0

    def __init__(self, first, *more, flag=None, **others):
        Thing.made += 1
        self.state = first, more, flag, others

    def rest(self, *more):
        return self.state[0], more

    def named(self, first=1, *, second=2, **others):
        return first, second, others

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        return failure[0] is not None


class Loose:
    def __init__(*args, **kwargs):
        args[0].state = args[1:], kwargs


class Module:
    named = staticmethod(named)
    Thing = Thing


def attempt(function):
    try:
        return function()
    except TypeError as error:
        return str(error)


def sites(thing, number):
    return [
        rest(number),
        rest(number, 1, 2),
        named(number),
        named(number, third=number),
        named(number, other=number, second=7),
        everything(),
        everything(number, a=1, b=number),
        only(number, must=[number]),
        thing.rest(),
        thing.rest(number, 5),
        thing.named(number),
        thing.named(second=number, first=9, other=[number]),
        Thing(number, 1, flag=2, other=3).state,
        Thing(first=number).state,
        Loose(number, a=number).state,
        Module.named(number, other=1),
        Module.Thing(number, flag=number).state,
        rest(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, number),
        everything(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, x=number),
    ]


def mistakes():
    thing = Thing(0)
    return [
        attempt(lambda: rest()),
        attempt(lambda: named()),
        attempt(lambda: named(1, first=2)),
        attempt(lambda: named(1, 2, 3)),
        attempt(lambda: only(1)),
        attempt(lambda: only(1, must=2, more=3)),
        attempt(lambda: thing.named(1, 2)),
        attempt(lambda: Thing()),
        attempt(lambda: Thing(flag=1)),
    ]


def changing():
    """One site, functions of other kinds, and functions that change."""

    def plain(a, b=5):
        return "plain", a, b

    outcome = []
    functions = [rest, plain, everything, len, Thing(1).rest, named, Thing, plain, rest]
    for function in functions:
        for _ in range(3):
            given = function([1])
            outcome.append(given if not isinstance(given, Thing) else given.state)
    for number in range(6):
        if number == 2:
            plain.__defaults__ = (6,)
        if number == 4:
            plain.__code__ = (lambda a, *, b=7, **c: (a, b, c)).__code__
            plain.__kwdefaults__ = {"b": 8}
        outcome.append(plain(a=number))
    return outcome


def natives():
    outcome = []
    values = [3, 1, 2]
    for number in range(4):
        outcome += [
            ord("a"), len(values), getattr(values, "none", number), hasattr(values, "sort"), divmod(7, 2),
            isinstance(number, str), isinstance(number, (str, int)), isinstance(True, int), pow(2, 3, 5),
            {}.get("x"), {}.get("x", number), "a-b".split("-"), "a b".split(), "abc".find("c"), min(values), max(1, 2),
        ]
    try:
        for number in (1, 2, "x", 3):
            outcome.append(chr(number))
    except TypeError as error:
        outcome.append(str(error))
    for receiver in ({"x": 1}, type("D", (dict,), {})(x=2), {"x": 3}):
        outcome.append(receiver.get("x"))
    return outcome


def profiled():
    """A profile function that comes while quickened sites run hears of native calls, too."""
    heard = []

    def profile(frame, event, argument):
        if event.startswith("c_") and frame.f_code.co_name == "native_loop":
            heard.append((event, argument.__name__))

    def native_loop():
        for number in range(6):
            if number == 4:
                sys.setprofile(profile)
            ord("a")
            [].copy()
            isinstance(number, int)
        sys.setprofile(None)

    native_loop()
    return heard


def kept_alive():
    """What a call collects is safe until the function has it."""

    def gather(*args, **kwargs):
        return [str(value) for value in args], {key: str(value) for key, value in kwargs.items()}

    return [gather([number] * 3, [number], a=[number], b={number: [number]}) for number in range(50)][-1]


for round_ in range(3):
    print(sites(Thing(round_), round_))
print(mistakes())
print(mistakes())
print(changing())
print(natives())
print(profiled())
print(kept_alive())
with Thing(1) as thing:
    raise ValueError
print(thing.state, Thing.made)
for value in (0, -5, "x", 2**80, True, None, 1.5, "\u20ac"):
    print("a %s b" % value, "%r" % (value,), "%s: %d" % (value, 12), "%%%5s|%-5s|" % (value, value), "\u20ac%s" % (value,))
for names in (("utf-8",), ("utf-8", "surrogatepass"), ("latin-1", "replace"), ("ascii", "a" * 40), ("UTF-16",)):
    print("abc".encode(*names), str(b"abcd", *names))
for names in (("a" * 50,), ("utf\0",), ("\u20ac",)):
    try:
        print("abc".encode(*names))
    except (LookupError, ValueError) as error:
        print(type(error), error)
