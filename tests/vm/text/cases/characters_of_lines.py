"""What ends a line, and what is lower case, by character."""
print([hex(i) for i in range(0x11000) if len((chr(i) + "A").splitlines()) == 2])
print("a\x0bb\x0cc\u0416".splitlines(), "a\x0bb\x0cc".splitlines(True))
print([hex(i) for i in range(0x10F0, 0x1100) if chr(i).islower()])
print([(c.islower(), c.isupper(), c.title(), c.swapcase()) for c in "\ua7f2\ua7f3\ua7f4\uab69\u10fc"])
