# Objects whose __dict__ is asked for: instances of one shape again and again, each with its own values.


class Record:
    def __init__(self, number):
        self.name = f"record {number}"
        self.number = number
        self.list = [number]
        self.more = None
        self.text = str(number)
        self.last = number * 2


class Small:
    def __init__(self):
        self.only = 1


def ask(cls, *arguments):
    made = cls(*arguments)
    attributes = made.__dict__
    attributes["new"] = arguments
    made.later = len(attributes)
    return attributes, vars(made) is attributes, made.later


kept = [ask(Record, number) for number in range(6)]
for outcome in kept:
    print(outcome)
print([ask(Small) for _ in range(4)])
Record.extra = 5
record = Record(9)
del record.more
print(record.__dict__, record.extra, hasattr(record, "more"))
for number in range(3):
    record = Record(number)
    print("%(name)s: %(number)d %(list)r %(last)s" % record.__dict__)

# Truth and isinstance of all sorts, at one site.
values = ["", "a", b"", b"a", [], [0], (), (0,), {}, {1: 2}, set(), {1}, frozenset(), 0, 5, 2**70, 0.0, 1.5, None,
          True, False, Small(), Small, range(0), range(2), bytearray(), type("L", (), {"__len__": lambda self: 0})(),
          type("B", (list,), {"__bool__": lambda self: True})(), type("S", (str,), {})(), ...]
print([1 if value else 0 for value in values], [not value for value in values])


class Proxy:
    @property
    def __class__(self):
        return int


class Meta(type):
    def __instancecheck__(cls, instance):
        return instance == 5


class Odd(metaclass=Meta):
    pass


values += [Proxy(), Odd()]
for classes in ((int, str), (bytes, bytearray), (Odd, int), (str, Odd), ((dict, (list,)), set), Odd, object):
    print([isinstance(value, classes) for value in values])
for classes in ((int, 3), (3, int), 3):
    for value in (1, "a"):
        try:
            print(isinstance(value, classes))
        except TypeError as error:
            print(error)
