"""Prints matches of random regular expressions, one per line, for the matcher to repeat.

    way groups words... | text... | start end lastindex marks...      (or "-" for no match)
"""
import random
import re
import re._compiler
import re._parser
import sys
import warnings

warnings.simplefilter("ignore")
ALPHABETS = ["ab", "abc\n", "aAbB_ 1", "aé€\u0130\u212ak ", "x\U0001f600\u0660ſs", "ab\x80\xe9\xc9"]


class Maker:
    def __init__(self, rng):
        self.rng = rng
        self.groups = 0
        self.alphabet = rng.choice(ALPHABETS)

    def character(self):
        return re.escape(self.rng.choice(self.alphabet))

    def item(self, depth):
        rng = self.rng
        kind = rng.randrange(16 if depth > 0 else 7)
        if kind < 3:
            return "".join(self.character() for _ in range(rng.randint(1, 3)))
        if kind == 3:
            return rng.choice([".", r"\w", r"\W", r"\d", r"\s", r"\S", r"\D"])
        if kind == 4:
            inside = "".join(rng.choice([self.character(), r"\w", r"\s", "a-z", "\u0100-\u2fff"]) for _ in range(rng.randint(1, 3)))
            return "[" + rng.choice(["", "^"]) + inside + "]"
        if kind == 5:
            return rng.choice(["^", "$", r"\b", r"\B", r"\A", r"\Z"])
        if kind == 6:
            if self.groups and rng.random() < 0.6:
                return "(?:\\%d)" % rng.randint(1, self.groups)
            return self.character()
        if kind < 11:
            self.groups += 1
            return "(" + self.choice(depth - 1) + ")"
        if kind == 11:
            return rng.choice(["(?=", "(?!"]) + self.choice(depth - 1) + ")"
        if kind == 12:
            return rng.choice(["(?<=", "(?<!"]) + self.character() * rng.randint(1, 2) + ")"
        if kind == 13:
            return "(?>" + self.choice(depth - 1) + ")"
        if kind == 14 and self.groups:
            return "(?(%d)%s|%s)" % (rng.randint(1, self.groups), self.sequence(depth - 1), self.sequence(depth - 1))
        return "(?:" + self.choice(depth - 1) + ")"

    def repeated(self, depth):
        item = self.item(depth)
        if self.rng.random() < 0.45:
            item = "(?:" + item + ")" if self.rng.random() < 0.5 and depth > 0 else item
            item += self.rng.choice(["*", "+", "?", "{2}", "{1,2}", "{,3}", "{2,}"])
            item += self.rng.choice(["", "", "", "?", "?", "+"])
        return item

    def sequence(self, depth):
        return "".join(self.repeated(depth) for _ in range(self.rng.randint(1, 3)))

    def choice(self, depth):
        return "|".join(self.sequence(depth) for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])))


def possessive_groups(source):
    """CPython 3.11 keeps marks of failed ways inside possessive repeats; that is not repeated here."""
    return "}+" in source or "++" in source or "*+" in source or "?+" in source


def make(rng):
    while True:
        maker = Maker(rng)
        source = maker.choice(3)
        flags = rng.choice([0, 0, 0, re.I, re.M, re.S, re.I | re.A, re.A])
        try:
            parsed = re._parser.parse(source, flags)
            words = re._compiler._code(parsed, flags)
            pattern = re.compile(source, flags)
        except (re.error, OverflowError, RuntimeError):
            continue
        if possessive_groups(source) and "(" in source.replace("(?", ""):
            continue
        return maker, pattern, words


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        maker, pattern, words = make(rng)
        for _ in range(4):
            text = "".join(rng.choice(maker.alphabet) for _ in range(rng.randint(0, 9)))
            way = rng.choice("msf")
            match = {"m": pattern.match, "s": pattern.search, "f": pattern.fullmatch}[way](text)
            result = "-"
            if match is not None:
                marks = [mark for pair in match.regs[1:] for mark in pair]
                result = " ".join(map(str, [*match.span(), match.lastindex or -1, *marks]))
            print(way, pattern.groups, *map(int, words), "|", *map(ord, text), "|", result, "|",
                  ascii(pattern.pattern), pattern.flags)


main()
