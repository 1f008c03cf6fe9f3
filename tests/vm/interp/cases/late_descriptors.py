"""Classes that become descriptors, and slots in the wrong class, at sites that have been specialised."""


def load(target):
    return target.x


def store(target, value):
    target.x = value


class Late:
    def __init__(self):
        self.log = []


class Holder:
    x = Late()

    def __init__(self):
        self.x = 1


class Shared:
    x = Late()


holder = Holder()
shared = Shared()
for _ in range(100):
    load(holder)
    store(holder, 1)
    load(shared)
    load(Shared)
Late.__get__ = lambda self, instance, owner: 2
print(load(holder), load(shared), load(Shared))
Late.__set__ = lambda self, instance, value: print("set", value)
print(load(holder))
store(holder, 7)
print(holder.__dict__)
del Late.__get__, Late.__set__
print(load(holder), type(load(shared)).__name__)


class Changing:
    pass


class Reading:
    def __get__(self, instance, owner):
        return "read"


class Other:
    x = Changing()


for _ in range(100):
    load(Other())
Other.x.__class__ = Reading
print(load(Other()))


class Slotted:
    __slots__ = ("slot",)


class Sneaky:
    __slots__ = ("own",)
    x = Slotted.slot


sneaky = Sneaky()
sneaky.own = 42
for _ in range(100):
    for access in (load, lambda target: store(target, 1)):
        try:
            access(sneaky)
            print("no error")
        except TypeError as error:
            message = str(error)
print(message)


class Method:
    def f(self, cls):
        return type(self).__name__, cls.__name__


class Bound:
    f = classmethod(Method().f)


print(Bound.f(), Bound().f())
