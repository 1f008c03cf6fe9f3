"""_pickle: the bytes of pickles at every protocol, what comes back, and what is refused."""
import _pickle
import collections
import copyreg
import datetime
import enum
import fractions
import hashlib
import io
import pickle


class Plain:
    def __init__(self, *values):
        self.values = values
        self.name = "plain"

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)


class Slots:
    __slots__ = ("a", "b")


class Reduced:
    def __init__(self, how):
        self.how = how

    def __reduce_ex__(self, protocol):
        return self.how


class NewArguments(int):
    def __new__(cls, value, *, scale=1):
        self = super().__new__(cls, value * scale)
        self.scale = scale
        return self

    def __getnewargs_ex__(self):
        return (int(self) // self.scale,), {"scale": self.scale}


class Colour(enum.Enum):
    RED = 1


class Outer:
    class Inner:
        def method(self):
            pass


Point = collections.namedtuple("Point", "x y")


def attempt(function, *arguments, **keywords):
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def shown(data):
    return data if len(data) < 120 else f"{len(data)} {hashlib.md5(data).hexdigest()}"


slots = Slots()
slots.a = 1
cycle_list = []
cycle_list.append(cycle_list)
cycle_dict = {}
cycle_dict["self"] = (cycle_dict, [cycle_dict])
cycle_object = Plain()
cycle_object.me = cycle_object
cycle_tuple = ([],)
cycle_tuple[0].append(cycle_tuple)
shared = ["shared"]
OBJECTS = [
    None, True, False, 0, 1, -1, 255, 256, 65535, 65536, -129, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**63, -2**63,
    2**64, -2**127, -2**128, 1 << 3000, 0.0, -0.0, 1.5, 1e300, float("inf"), "", "a", "text\n\\\x00\x1a\u20ac",
    "\U0001f600", "\udc80", "x" * 255, "x" * 256, "\xe9" * 200, b"", b"a", b"\xff" * 255, b"\xff" * 256, bytearray(b""),
    bytearray(b"ab"), (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], [1, 2], list(range(2500)), {}, {1: 2},
    {i: str(i) for i in range(2100)}, set(), {1}, frozenset(), frozenset([1]), [shared, shared, "shared"],
    Plain(1, [2]), Plain, Outer.Inner, Outer.Inner.method, len, "".join, [].append, int, type(None), type(...),
    type(NotImplemented), ..., NotImplemented, NewArguments(6, scale=3), Colour, Point(1, 2), slots, complex(1, 2),
    range(5), slice(1, 2, 3), datetime.date(2020, 1, 2), fractions.Fraction(1, 3),
    collections.OrderedDict(a=1, b=2), collections.deque([1, 2], 5), collections.Counter("abca"), ValueError("x", 1),
    collections.defaultdict(list, {1: [2]}), ["y" * 70000, "z" * 10, b"w" * 70000], ["a" * 100 + str(i) for i in range(1500)],
    cycle_list, cycle_dict, cycle_object, cycle_tuple, object(), Reduced("len"), memoryview, Ellipsis.__class__,
]
for protocol in range(-1, 6):
    print("protocol", protocol)
    for thing in OBJECTS:
        data = attempt(_pickle.dumps, thing, protocol)
        if isinstance(data, str):
            print("  ", data.split(" at 0x")[0])
            continue
        file = io.BytesIO()
        _pickle.dump(thing, file, protocol)
        back = attempt(_pickle.loads, data)
        again = attempt(_pickle.dumps, back, protocol)
        same = attempt(lambda: back == thing)
        print("  ", shown(data), file.getvalue() == data, type(back).__name__, same is True, again == data)

print("reduce")
for how in (5, (), (len,), (len, 5), (5, ()), (len, (), None, 5), (len, (), None, None, 5), (len, ("",), 1, None, None, 5),
            (copyreg.__newobj__, ()), (copyreg.__newobj__, (5,)), (copyreg.__newobj__, (int,)), "missing", "len",
            (copyreg.__newobj_ex__, ()), (copyreg.__newobj_ex__, (5, (), {})), (copyreg.__newobj_ex__, (int, 5, {})),
            (copyreg.__newobj_ex__, (int, (), 5)), (list, (), None, iter([1, 2, 3]), None), (list, (), None, iter([1])),
            (dict, (), None, None, iter([(1, 2), (3, 4)])), (dict, (), None, None, iter([5])), (list, (), {"a": 1}),
            (Plain, (), {"b": 2}, None, None, setattr), (1, 2, 3, 4, 5, 6, 7)):
    for protocol in (0, 2, 4):
        result = attempt(_pickle.dumps, Reduced(how), protocol)
        print("  ", result.split(" object at 0x")[0] if isinstance(result, str) else shown(result))

print("hostile")
for data in (b"", b".", b"N", b"0.", b"(.", b"a.", b"s.", b"(l", b"]a.", b"}Ns.", b"e.", b"(e.", b"](Ne.", b"](N(e.", b"u.",
             b"}(Nu.", b"}(u.", b"2.", b"1.", b"t.", b"(t.", b"\x85.", b"N\x85.", b"(N\x85.", b"\x86.", b"NN\x87.", b"h\x00.",
             b"Nq\x00h\x00.", b"j\xff\xff\xff\xff.", b"g5\n.", b"gx\n.", b"p1\n.", b"Np-1\n.", b"Np1\ng1\n.", b"\x80\x06.",
             b"\x80\x05N.", b"I5\n.", b"I01\n.", b"Ix\n.", b"I\n.", b"I0x10\n.", b"L5L\n.", b"L5\n.", b"Lx\n.", b"F1.5\n.", b"F\n.",
             b"S'a\\n'\n.", b"Sa\n.", b"S'\n.", b"S''\n.", b"Va\\u1234\n.", b"U\x01a.", b"U\x01\xff.", b"X\xff\xff\xff\x7f", b"\x8c\x05a",
             b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", b"B\xff\xff\xff\xffa", b"\x8a\x01", b"\x8b\xff\xff\xff\xff.", b"\x8a\x00.",
             b"\x8a\x02\xff\x7f.", b"cos\nnope\n.", b"cnope\nnope\n.", b"c\n\n.", b"cbuiltins\nint\n.", b"NN\x93.",
             b"\x8c\x08builtins\x8c\x03len\x93.", b"NR.", b"NNR.", b"cbuiltins\nint\nNR.", b"cbuiltins\nint\n)R.", b"Nb.", b"NNb.",
             b"N}b.", b"(o.", b"(cbuiltins\nint\no.", b"(Icbuiltins\nint\n.", b"(ibuiltins\nint\n.", b"(U\x015ibuiltins\nint\n.",
             b"N)\x81.", b"cbuiltins\nint\nN\x81.", b"cbuiltins\nint\n)\x81.", b"cbuiltins\nint\n)N\x92.", b"cbuiltins\nint\n)}\x92.",
             b"\x82\x00.", b"\x82\x05.", b"\x84\xff\xff\xff\xff.", b"Pabc\n.", b"NQ.", b"\x95\xff\xff\xff\xff\xff\xff\xff\xff.",
             b"\x95\x01\x00\x00\x00\x00\x00\x00\x00N.", b"\x97.", b"N\x98.", b"\x96\xff\xff\xff\xff\xff\xff\xff\x7f.", b"\x91.",
             b"(N\x91.", b"(]\x91.", b"\x8f(N\x90.", b"\x8f(]\x90.", b"N(N\x90.", b"\x90.", b"d.", b"(d.", b"(Nd.", b"(]Nd.", b"~.",
             b"\xff.", b"'.", b"\x94.", b"N\x94h\x00.", b"K", b"J\x01\x02", b"G\x00", b"M\xff\xff.", b"J\xff\xff\xff\xff."):
    result = attempt(_pickle.loads, data)
    print("  ", data, type(result).__name__, result)
    with_file = attempt(_pickle.load, io.BytesIO(data))
    if with_file != result:
        print("    from a file:", with_file)

print("picklers")


class Persistent(_pickle.Pickler):
    def persistent_id(self, thing):
        return f"id {thing}" if isinstance(thing, bytes) else None

    def reducer_override(self, thing):
        return (list, ("override",)) if isinstance(thing, Plain) else NotImplemented


class Reader(_pickle.Unpickler):
    def persistent_load(self, name):
        return ("loaded", name)

    def find_class(self, module, name):
        print("   find_class", module, name)
        return super().find_class(module, name)


for protocol in range(6):
    file = io.BytesIO()
    pickler = Persistent(file, protocol)
    pickler.dump([b"x", Plain(), 1])
    pickler.dump([b"y", Outer])
    print("  ", shown(file.getvalue()), pickler.bin, pickler.fast, len(pickler.memo.copy()))
    file.seek(0)
    reader = Reader(file)
    print("  ", reader.load(), attempt(reader.load), attempt(reader.load), len(reader.memo.copy()))


class Bare(_pickle.Pickler, _pickle.PickleError if False else object):
    def __init__(self):
        pass


class Tables(_pickle.Pickler):
    dispatch_table = collections.ChainMap({Plain: lambda p: (str, ("by table",))}, copyreg.dispatch_table)


print(attempt(Bare().dump, 1), attempt(lambda: _pickle.Unpickler.__new__(_pickle.Unpickler).load()))
file = io.BytesIO()
tables = Tables(file)
tables.dump([Plain(), 1j])
print(_pickle.loads(file.getvalue()), attempt(getattr, _pickle.Pickler(file), "dispatch_table"))
file = io.BytesIO()
fast = _pickle.Pickler(file, 2)
fast.fast = True
fast.dump([[1], shared, shared])
print(file.getvalue(), attempt(fast.dump, cycle_list).split(" at 0x")[0])
fast.fast = 0
fast.memo = {1: (5, shared)}
fast.clear_memo()
fast.memo.clear()
print(attempt(setattr, fast, "memo", 5), attempt(setattr, fast, "memo", {1: 2}), attempt(delattr, fast, "memo"))
print(attempt(setattr, fast, "persistent_id", 5), attempt(lambda: fast.persistent_id), attempt(_pickle.Pickler, 5))
print(attempt(_pickle.dumps, 1, 6), attempt(_pickle.dumps, 1, buffer_callback=len), attempt(_pickle.Unpickler, 5))
print(attempt(_pickle.loads, "x"), attempt(_pickle.loads, b"N.", encoding=5), attempt(_pickle.loads, b"U\x01\xe9.", encoding="latin-1"))
print(attempt(_pickle.loads, b"U\x01\xe9.", encoding="bytes"), attempt(_pickle.loads, b"U\x01\xe9.", errors="replace"))
reader = _pickle.Unpickler(io.BytesIO(b"N."))
print(attempt(setattr, reader, "memo", {1: 5}), attempt(setattr, reader, "memo", {-1: 5}))
print(attempt(setattr, reader, "memo", {"a": 5}), attempt(setattr, reader, "memo", 5), attempt(lambda: reader.persistent_load))


class Peeking(io.BytesIO):
    def peek(self, size):
        at = self.tell()
        data = self.read(7)
        self.seek(at)
        return data


stream = b"".join(_pickle.dumps(OBJECTS[27:60], protocol) for protocol in (0, 1, 2, 3, 4, 5)) + b"rest"
for kind in (io.BytesIO, Peeking, lambda data: io.BufferedReader(io.BytesIO(data))):
    file = kind(stream)
    print([_pickle.load(file) == OBJECTS[27:60] for _ in range(6)], file.read())
    file = kind(stream)
    reader = _pickle.Unpickler(file)
    print([reader.load() == OBJECTS[27:60] for _ in range(6)], file.read())

print("buffers")
buffers = []
data = _pickle.dumps([_pickle.PickleBuffer(b"abc"), _pickle.PickleBuffer(bytearray(b"de"))], 5, buffer_callback=buffers.append)
print(data, [bytes(b.raw()) for b in buffers], _pickle.loads(data, buffers=buffers), attempt(_pickle.loads, data))
print(attempt(_pickle.loads, data, buffers=[]), _pickle.loads(_pickle.dumps(_pickle.PickleBuffer(bytearray(b"x")), 5)))
print(attempt(_pickle.dumps, _pickle.PickleBuffer(b"abc"), 4), attempt(_pickle.PickleBuffer, 5))
print(attempt(_pickle.dumps, _pickle.PickleBuffer(memoryview(b"abcd")[::2]), 5))
buffer = _pickle.PickleBuffer(memoryview(bytes(range(6))).cast("B", (2, 3)))
print(buffer.raw().tolist(), memoryview(buffer).shape, buffer.release(), attempt(buffer.raw), attempt(memoryview, buffer))
print(attempt(_pickle.dumps, buffer, 5), buffer.release())
holder = bytearray(b"12")
buffer = _pickle.PickleBuffer(holder)
print(attempt(holder.append, 1))
buffer.release()
print(attempt(holder.append, 1), holder)


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


print(attempt(_pickle.dumps, nested(100000)), attempt(_pickle.dumps, lambda: 1).split(" at 0x")[0])
print(pickle.Pickler is _pickle.Pickler, pickle.PickleError.__module__, pickle.PicklingError.__mro__[1].__name__)
