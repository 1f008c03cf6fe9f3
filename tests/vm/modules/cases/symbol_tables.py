"""Symbol tables and the compiler's tokens."""
import symtable

SOURCE = """
import os.path as path
glob = 1
def f(a, b=2, *c, d, **e):
    global glob
    x: int
    def g():
        nonlocal a
        a = x
        return [y for y in b if y]
    return g, undefined
class C(path):
    __private = 1
    def m(self): return __class__, self.__private
    z = lambda q: (q, z)
{k: v for k, v in f()}
"""


def show(table, depth=0):
    print("  " * depth, table.get_type(), table.get_name(), table.get_lineno(), table.is_nested(), table.is_optimized())
    for symbol in table.get_symbols():
        print("  " * depth, "-", symbol.get_name(), symbol.is_referenced(), symbol.is_parameter(), symbol.is_global(),
              symbol.is_nonlocal(), symbol.is_declared_global(), symbol.is_local(), symbol.is_annotated(), symbol.is_free(),
              symbol.is_imported(), symbol.is_assigned(), symbol.is_namespace())
    if isinstance(table, symtable.Function):
        print("  " * depth, table.get_parameters(), table.get_locals(), table.get_globals(), table.get_frees(), table.get_nonlocals())
    for child in table.get_children():
        show(child, depth + 1)


show(symtable.symtable(SOURCE, "?", "exec"))
show(symtable.symtable("[i for i in x]", "?", "eval"))
show(symtable.symtable(b"# coding: latin-1\n\xe9 = 1\n", "?", "exec"))
for source, mode in [("def f(x): global x", "exec"), ("(", "exec"), ("1", "x"), (3, "exec"), ("nonlocal y", "exec")]:
    try:
        print(symtable.symtable(source, "?", mode))
    except Exception as error:
        print(type(error).__name__, error)

import _tokenize

for source in ("async def é():  # c\n  return 'a' '''b\nc''' \n\nx = 1_0.e5 ** {3}[0] @ y != z\n", "(", "x = 'a", "if 1:\n\ta\n        b\n"):
    try:
        for token in _tokenize.TokenizerIter(source):
            print(token)
    except Exception as error:
        print(type(error).__name__, error)
