# Calls with more arguments than are handed over on the machine's stack: each of them is fresh and held by nothing else.
import collections

Wide = collections.namedtuple("Wide", [f"field{i}" for i in range(15)])


def fresh(number):
    return [str(number), {number: number}]


def python(*arguments, **named):
    return arguments, named


class Kept:
    def __init__(self, *arguments, **named):
        self.all = arguments, named

    def method(self, *arguments, **named):
        return arguments, named


def plain(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p="p"):
    return [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]


def texts(value):
    return repr(value).count("'")


def all_ways():
    kept = Kept(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
                fresh(11), fresh(12), fresh(13), x=fresh(14))
    yield kept.all
    yield kept.method(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9),
                      fresh(10), fresh(11), fresh(12), fresh(13), x=fresh(14))
    yield python(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
                 fresh(11), fresh(12), fresh(13), x=fresh(14))
    yield plain(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
                fresh(11), fresh(12), fresh(13), fresh(14), fresh(15))
    yield plain(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
                fresh(11), fresh(12), n=fresh(13), m=fresh(14), o=fresh(15))
    yield dict(a=fresh(1), b=fresh(2), c=fresh(3), d=fresh(4), e=fresh(5), f=fresh(6), g=fresh(7), h=fresh(8),
               i=fresh(9), j=fresh(10), k=fresh(11), l=fresh(12), m=fresh(13), n=fresh(14))
    yield max(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
              fresh(11), fresh(12), fresh(13), fresh(14), key=repr)
    yield Wide(fresh(1), fresh(2), fresh(3), fresh(4), fresh(5), fresh(6), fresh(7), fresh(8), fresh(9), fresh(10),
               fresh(11), fresh(12), fresh(13), fresh(14), fresh(15))


print([texts(value) for value in all_ways()])
first = [repr(value) for value in all_ways()]
for _ in range(40):
    assert [repr(value) for value in all_ways()] == first
