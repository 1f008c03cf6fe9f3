# Forms of calls, subscripts and class attributes that the loop keeps at a site, and what has to drop them.
import array
import math


class Box:
    def __init__(self, items):
        self.items = items

    def __getitem__(self, index):
        return self.items[index]

    @property
    def first(self):
        return self.items[0]

    def plus(self, number):
        return self.items[0] + number


def subscripts():
    box = Box([1, 2, 3])
    outcome = [box[i % 3] for i in range(9)]
    try:
        box[10]
    except IndexError as error:
        outcome.append(str(error))
    Box.__getitem__ = lambda self, index: ("new", index)
    outcome += [box[i] for i in range(2)]
    Box.__getitem__ = lambda self, index, more=5: more
    outcome += [box[i] for i in range(2)]
    del Box.__getitem__
    for box in (Box([4]), [7], (8,), "s", Box([5])):
        try:
            outcome.append(box[0])
        except TypeError as error:
            outcome.append(str(error))
    return outcome


def properties():
    outcome = []
    for step in range(6):
        box = Box([step])
        outcome.append(box.first)
        if step == 3:
            Box.first = property(lambda self: "other")
    return outcome


class Holder:
    pass


def found_callables():
    holder = Holder()
    outcome = []
    box = Box([2])
    for call in (box.plus, box.plus, abs, abs, len, box.plus, Box, Holder.__repr__, math.floor):
        holder.call = call
        try:
            outcome.append(type(holder.call(5)))
        except TypeError as error:
            outcome.append(type(error))
    for number in (4, 9.0, True, -1, "x"):
        try:
            outcome.append(math.sqrt(number))
        except (ValueError, TypeError) as error:
            outcome.append(str(error))
    return outcome


class Small:
    def __init__(self, value=3):
        self.value = value


def found_classes():
    holder = Holder()
    outcome = []
    for step in range(12):
        holder.make = (Small, dict, Small, list)[step // 3]
        made = holder.make([(step, step)])
        outcome.append((type(made).__name__, getattr(made, "value", made)))
        if step == 7:
            Small.__init__ = lambda self, value: setattr(self, "value", "other")
    Small.__init__ = lambda self, value: value
    holder.make = Small
    for value in (None, 1, None):
        try:
            outcome.append(type(holder.make(value)).__name__)
        except TypeError as error:
            outcome.append(str(error))
    text = "añ€𝄞"
    outcome.append([text[i] for i in range(-4, 4)])
    return outcome


def unchecked():
    outcome = []
    for step in range(6):
        outcome += [max(step, 3), min([step, 2]), "abc".startswith("bc", step % 3), "{} {}".format(step, 2)]
        items = {}
        items.update({1: step})
        outcome += [items, items.pop(5, None), getattr(step, "absent", 7)]
        for call in (lambda: max(step), lambda: "a".startswith(step), lambda: "a".startswith()):
            try:
                outcome.append(call())
            except TypeError as error:
                outcome.append(str(error))
    return outcome


def many_functions():
    functions = (
        lambda a, b=1: (a, b),
        lambda a, b: (b, a),
        lambda a, *b: (a, b),
        lambda a, b=2, c=3: (a, b, c),
    )
    outcome = []
    for step in range(12):
        function = functions[step % 4]
        for call in (lambda: function(step), lambda: function(step, 5), lambda: function(step, 5, 6)):
            try:
                outcome.append(call())
            except TypeError as error:
                outcome.append(str(error))
        if step == 7:
            functions[0].__defaults__ = None
            functions[3].__defaults__ = (7, 8, 9, 10)
    return outcome


class Meta(type):
    kind = "of the metaclass"

    def __repr__(cls):
        return "<meta>"


class Made(metaclass=Meta):
    def __repr__(self):
        return "<made>"


def class_attributes():
    outcome = []
    for step in range(6):
        outcome.append((repr(Made), Made.__repr__(Made()), Made.kind, int.__repr__ is type(step).__repr__))
        outcome.append((dict.fromkeys([step]), str.join("-", "ab"), object.__init__ is Holder.__init__))
        if step == 2:
            Meta.kind = property(lambda cls: "a property")
        if step == 4:
            Made.__repr__ = lambda self: "another"
    return outcome


def arrays():
    outcome = []
    for code, value in (("d", 1.5), ("d", 2), ("f", 0.5), ("i", -3), ("B", 200), ("q", 1 << 40), ("u", "x")):
        items = array.array(code, [value] * 3)
        items[-3] = items[2]
        items[True] = value
        outcome.append([items[i] for i in range(-3, 3)])
        for index in (3, -4, 1 << 70, "0", 1.0):
            try:
                items[index] = value
            except (IndexError, TypeError) as error:
                outcome.append(str(error))
            try:
                items[index]
            except (IndexError, TypeError) as error:
                outcome.append(str(error))
    octets = bytearray(3)
    for value in (0, 255, 256, -1, True, "1", 1 << 70):
        try:
            octets[-1] = value
        except (ValueError, TypeError) as error:
            outcome.append(str(error))
    return outcome, octets


CALLS = (found_callables, found_classes, unchecked, many_functions)
for part in (subscripts, properties, *CALLS, class_attributes, arrays):
    print(part.__name__, part())
