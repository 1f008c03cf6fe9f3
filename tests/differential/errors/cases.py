"""Sources for what CPython's own tests do not provoke, and what random mutants meet only by luck."""

NAMES = ", ".join(f"a{i}" for i in range(256))

SOURCES = [
    # The lexer's limits.
    "".join(" " * i + "if x:\n" for i in range(100)).encode() + b" " * 100 + b"pass\n",
    b"(" * 201,
    # A decorator and then the end of the block.
    b"if x:\n  @decorator\ny\n",
    # Encodings.
    b"# coding: hex\nx = 1\n",
    b"# coding: rot13\nk = 1\n",
    b"# coding: utf-7\nx = '+2AA-'\n",
    b"# coding: unicode_escape\nx = '\\ud800\\udfff'\n",
    b"# coding: utf-7\nx = '+2AAnEA-'\n",
    # Escapes.
    b"x = '\\x1'\n",
    b"x = 'abc\\x'\n",
    b"x = '\\u123'\n",
    b"x = '\\U0001234'\n",
    b"x = '\\U00110000'\n",
    b"x = '\\N{no such character}'\n",
    b"x = '\\N{'\n",
    b"x = f'{y}\\x1'\n",
    b"x = b'\\x1'\n",
    b"x = b'abc\\xg0'\n",
    # Patterns.
    f"match x:\n    case [{NAMES}, *rest]: pass\n".encode(),
    f"match x:\n    case [{NAMES[:-6]}, *rest]: pass\n".encode(),
]
