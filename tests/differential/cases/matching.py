"""Every kind of pattern."""


def describe(subject):
    match subject:
        case 0 | -1.5 | "text" | b"bytes" | 1 + 2j:
            return "value"
        case None | True | False:
            return "singleton"
        case []:
            return "empty"
        case [x] | (x, _):
            return x
        case [first, *rest, last] if first < last:
            return rest
        case [*_, describe.attribute]:
            return "star"
        case {}:
            return "any mapping"
        case {"key": value, 3: [a, b], **others}:
            return value, a, b, others
        case int(n) | float(n):
            return n
        case Point(0, y=0) as origin:
            return origin
        case Point(x=(1 | 2) as x, y=[_, _, *tail]):
            return x, tail
        case str() | bytes():
            return "string"
        case whole:
            return whole


def global_names():
    global created, deleted
    created = 1
    del deleted
