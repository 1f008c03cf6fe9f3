"""Makes what docs/decompiler.md decompiles: app's .pyc files, without the sources in the way, and odd.pyc, in which a function
begins with two NOPs that no source gives."""
import importlib.util
import marshal
import pathlib
import py_compile

SOURCE = "def half(n):\n    return n // 2\n\n\ndef odd(n):\n    return n % 2 == 1\n"


def with_nops(code):
    """`code` with two NOPs behind its RESUME."""
    nops = bytes([9, 0] * 2)
    # The position table: two entries of one unit each (RESUME's own, then the NOPs') without columns, in RESUME's line.
    table = code.co_linetable
    first = 2 if table[0] & 0x78 < 0x50 else 3
    one_unit_without_columns = bytes([0x80 | 13 << 3 | 0, 0])
    return code.replace(co_code=code.co_code[:2] + nops + code.co_code[2:],
                        co_linetable=table[:first] + one_unit_without_columns * 2 + table[first:])


def main():
    py_compile.compile("app/shapes.py")
    code = compile(SOURCE, "odd.py", "exec", dont_inherit=True)
    consts = tuple(with_nops(c) if getattr(c, "co_name", "") == "odd" else c for c in code.co_consts)
    header = importlib.util.MAGIC_NUMBER + bytes(12)
    pathlib.Path("odd.pyc").write_bytes(header + marshal.dumps(code.replace(co_consts=consts)))


main()
