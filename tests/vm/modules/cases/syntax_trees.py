"""Syntax trees as objects: parsing, compiling, what is refused."""
import ast
import copy
import pickle

SOURCES = [
    "x: int = 3\n(y): str\na.b: c",
    "def f(a, /, b: int = 1, *c, d=2, **e) -> int:\n    'doc'\n    global g\n    return lambda *x, y=1: (yield)",
    "async def f():\n    async with a as b, c: pass\n    async for i in x: await y\n    return [i async for i in z if i]",
    "match x:\n    case [1, *a]: pass\n    case {'a': b, **c}: pass\n    case A(1, b=2) | None: pass\n    case 1+2j as z if z: pass",
    "try: pass\nexcept* E as e: pass\nelse: pass\nfinally: pass",
    "with (a as b, c): pass",
    "f'{a!r:>{w}} {b=}' u'x' 'y'",
    "class A(B, metaclass=M):\n    __x = 1, 2.5, 3j, b'x', ..., None, True, 10**100",
    "from . import a as b\nimport a.b.c as d, e",
    "del a, b[1:2:3], c.d\nassert x, y\nraise A from B",
    "x = [*a, {**b, 1: 2}, {1, 2}, (i := 3), not -a, a if b else c, a < b <= c, a and b or c]",
    "for i in range(3): break\nelse: pass\nwhile 1:\n    if x: break\n    elif y: continue\n    else: pass",
    "@d\n@e(1, *a, k=2, **b)\nclass é: pass",
]
for source in SOURCES:
    tree = ast.parse(source)
    print(ast.dump(tree, include_attributes=True))
    print(ast.unparse(tree))
    again = pickle.loads(pickle.dumps(copy.deepcopy(tree)))
    print(ast.dump(again) == ast.dump(tree))
    first = compile(source, "<f>", "exec", dont_inherit=True)
    second = compile(again, "<f>", "exec", dont_inherit=True)
    print(first.co_code == second.co_code, first.co_linetable == second.co_linetable, first == second)

# ---- type comments and signatures

COMMENTED = """\
x = 1  # type: int
def f(a,  # type: int
      *, b=2,  # type: str
      ):
    # type: (...) -> None
    for i in a:  # type: float
        pass  # type: ignore[x]
    with a as b:  # type: int
        pass
# type: ignore
async def g():  # type: () -> int
    pass
"""
print(ast.dump(ast.parse(COMMENTED, type_comments=True), include_attributes=True))
print(ast.dump(ast.parse(COMMENTED)))
for source in ("(int, *str, **Any) -> float", "() -> List[int]", "(**a) -> b", "(int,) -> x", "int"):
    try:
        print(ast.dump(ast.parse(source, mode="func_type")))
    except SyntaxError as error:
        print(error)
for source in ("def f():\n  # type: a\n  # type: b\n  pass", "def f(*, # type: x\n a): pass"):
    try:
        print(ast.dump(ast.parse(source, type_comments=True)))
    except SyntaxError as error:
        print(error, error.lineno, error.offset)

# ---- older versions of the language

for version, source in [(4, "a @ b"), (5, "x: int"), (5, "1_0"), (5, "f''"), (7, "(x := 1)"), (7, "def f(a, /): pass"),
                        (9, "match x:\n case 1: pass"), (10, "try: pass\nexcept* a: pass"), (4, "async def f(): pass"),
                        (6, "async = 1; await = 2"), (5, "async def f():\n await x\nawait = 1"), (7, "lambda a, /: 0"),
                        (5, "async def f():\n  return [x async for x in y]"), (4, "a @= b"), (4, "print(await x)")]:
    try:
        print(version, len(ast.parse(source, feature_version=(3, version)).body))
    except SyntaxError as error:
        print(version, error)

# ---- what is no tree

name = ast.Name("x", ast.Load())
WRONG = [
    ast.BinOp(name, ast.Add()), ast.BinOp(name, ast.Add(), None), ast.BinOp(name, name, name), ast.BoolOp(ast.And(), [name]),
    ast.Compare(name, [], []), ast.Compare(name, [ast.Lt()], [name, name]), ast.Dict([name], []), ast.Set([None]),
    ast.Name("None", ast.Load()), ast.Name(1, ast.Load()), ast.Name("x", ast.Store()), ast.Constant([1]),
    ast.Constant((1, [2])), ast.Attribute(name, None, ast.Load()), ast.ListComp(name, []), ast.Lambda(name, name),
    ast.Lambda(ast.arguments([], [], None, [], [name], None, []), name), ast.Call(name, name, []), ast.Tuple([name], ast.Store()),
    ast.Yield(3), ast.Starred(name, ast.Del()),
    ast.Name("x", ast.Load(), lineno=3, end_lineno=2), ast.Name("x", ast.Load(), col_offset=5, end_col_offset=2),
    ast.Name("x", ast.Load(), lineno="a"), ast.FormattedValue(name, "x"), 3,
]
for node in WRONG:
    try:
        tree = ast.Expression(node)
        if isinstance(node, ast.AST):
            for part in ast.walk(node):
                for attribute in ("lineno", "col_offset"):
                    if attribute in part._attributes and not hasattr(part, attribute):
                        setattr(part, attribute, 1)
        compile(tree, "<f>", "eval")
        print("fine")
    except Exception as error:
        print(type(error).__name__, str(error).split(" object at")[0])

passing = ast.Pass()
STATEMENTS = [
    ast.FunctionDef("f", ast.arguments([], [], None, [], [], None, [name]), [passing], []), ast.If(name, [], []), ast.Raise(None, name),
    ast.Try([passing], [], [], []), ast.Try([passing], [], [passing], [passing]), ast.Import([]), ast.Global([]),
    ast.ImportFrom(None, [ast.alias("a")], -1), ast.Assign([], name), ast.Assign([name], name), ast.Delete([name]),
    ast.AnnAssign(ast.Attribute(name, "b", ast.Store()), name, None, 1), ast.With([], [passing]), ast.Match(name, []),
    ast.ClassDef("A", [], [], [None], []), ast.Return(passing), ast.For(name, name, [passing], []), name, None,
    ast.Match(name, [ast.match_case(ast.MatchStar("x"), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchValue(name), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchSingleton(1), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchAs(ast.MatchAs(), None), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchOr([ast.MatchAs()]), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchClass(ast.Constant(1), [], [], []), None, [passing])]),
    ast.Match(name, [ast.match_case(ast.MatchMapping([], [], "_"), None, [passing])]),
]
for node in STATEMENTS:
    try:
        compile(ast.fix_missing_locations(ast.Module([node], [])) if node else ast.Module([node], []), "<f>", "exec")
        print("fine")
    except Exception as error:
        print(type(error).__name__, str(error).split(" object at")[0])

# ---- classes of nodes

for cls in (ast.AST, ast.stmt, ast.expr, ast.operator, ast.FunctionDef, ast.arguments, ast.TypeIgnore, ast.pattern):
    print(cls, cls._fields, cls._attributes, cls.__match_args__, cls.__module__)
    print(cls.__doc__)
print(ast.Constant(1, kind="u").kind, ast.arg("a").annotation, ast.Return().value)
for make in (lambda: ast.Pass(1), lambda: ast.Name("a", id="b"), lambda: ast.Name(1, 2, 3), lambda: ast.Name(foo=1).foo):
    try:
        print(make())
    except Exception as error:
        print(type(error).__name__, error)


class Twice(ast.Constant):
    _fields = ("value", "extra")


print(Twice(1, 2).extra, isinstance(Twice(1), ast.expr), Twice(3)._attributes)
print(eval(compile(ast.Expression(ast.fix_missing_locations(Twice(7, 8))), "", "eval")))
print(compile(ast.parse("1"), "", "exec", ast.PyCF_ONLY_AST).body[0].value.value, ast.literal_eval("{'a': [-1, (2, 3j)], b'b': {4}}"))
