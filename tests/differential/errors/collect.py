"""Sources that CPython rejects: from its own tests, and by breaking real files. Runs under the oracle."""

import ast
import builtins
import contextlib
import io
import os
import pathlib
import random
import sys
import tokenize
import unittest
import warnings

# The test modules whose business is errors, or that are dense with odd syntax.
MODULES = """
test_syntax test_exceptions test_fstring test_grammar test_named_expressions test_positional_only_arg
test_keywordonlyarg test_unpack_ex test_unpack test_patma test_string_literals test_eof test_dictcomps test_setcomps
test_listcomps test_genexps test_generators test_except_star test_coroutines test_asyncgen test_future_stmt.test_future test_global test_pep646_syntax
test_scope test_unicode_identifiers test_type_comments test_decorators test_with test_flufl test_extcall test_augassign
test_type_annotations test_traceback test_int test_bytes test_super test_compile test_codeop
test_source_encoding test_ast test_tokenize test_exception_variations test_utf8source
""".split()

# Of these only the strings are taken: running them takes a minute and gives little.
NOT_RUN = {"test_tokenize", "test_source_encoding"}


class _Recorder:
    """Stands in for compile, exec and eval while a test module runs."""

    def __init__(self):
        self.sources = {}

    def note(self, source):
        if isinstance(source, str):
            try:
                source = source.encode()
            except UnicodeEncodeError:
                return
        if isinstance(source, (bytes, bytearray)) and len(source) < 200_000:
            self.sources.setdefault(bytes(source))

    @contextlib.contextmanager
    def installed(self):
        originals = builtins.compile, builtins.exec, builtins.eval
        compile_, exec_, eval_ = originals

        def recording_compile(source, *args, **kwargs):
            self.note(source)
            return compile_(source, *args, **kwargs)

        def recording_exec(source, globals=None, locals=None, /, **kwargs):
            self.note(source)
            frame = sys._getframe(1)
            if globals is None:
                globals, locals = frame.f_globals, frame.f_locals
            return exec_(source, globals, globals if locals is None else locals, **kwargs)

        def recording_eval(source, globals=None, locals=None, /):
            self.note(source)
            frame = sys._getframe(1)
            if globals is None:
                globals, locals = frame.f_globals, frame.f_locals
            return eval_(source, globals, globals if locals is None else locals)

        builtins.compile, builtins.exec, builtins.eval = recording_compile, recording_exec, recording_eval
        try:
            yield
        finally:
            builtins.compile, builtins.exec, builtins.eval = originals


def _string_constants(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and 1 < len(node.value) < 3000:
            yield node.value


def from_tests(modules=MODULES):
    """Every source that the test modules compile, every example in their docstrings, every string in them."""
    import doctest
    import importlib

    recorder = _Recorder()
    for name in modules:
        try:
            module = importlib.import_module(f"test.{name}")
        except Exception as error:
            print(f"skipped {name}: {error!r}", file=sys.stderr)
            continue
        for constant in _string_constants(pathlib.Path(module.__file__)):
            recorder.note(constant)
            if isinstance(constant, str) and ">>>" in constant:
                try:
                    for example in doctest.DocTestParser().get_examples(constant):
                        recorder.note(example.source)
                except ValueError:
                    pass
        if name in NOT_RUN:
            continue
        suite = unittest.defaultTestLoader.loadTestsFromModule(module)
        quiet = io.StringIO()
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet), recorder.installed():
            try:
                suite.run(unittest.TestResult())
            except BaseException as error:
                print(f"{name} ended early: {error!r}", file=sys.__stderr__)
    return list(recorder.sources)


# Mutants.

_INSERTED = """
( ) [ ] { } , : ; . ... + - * / // % ** @ & | ^ ~ << >> < > <= >= == != -> := = += -= *= /= //= @= **= >>= <<= ! ? $ `
\\ "\\\n" " ' \"\"\" ''' # \n \t and or not in is if else elif for while def class return yield lambda async await with as
from import try except finally raise pass break continue global nonlocal del assert None True False match case _ print
x 1 0x 1.5 1j 07 1_ 'a' f'{x}' f'{x!r:>{y}}' f'{' f'}' f'{a b}' b'x' u'x' *x **x x=1 x:=1 x, (x) [x] {x} {x:y} (x for\x20x\x20in\x20y)
""".split(" ")
_INSERTED = [word for chunk in _INSERTED for word in ([chunk] if chunk.strip() == "" else chunk.split("\n")) if word] + ["\n", "\t"]


def _snippets(lib, rng, count):
    """Functions, classes and runs of statements out of real files, dedented as they are at the top level."""
    files = sorted(path for path in pathlib.Path(lib).rglob("*.py")
                   if "site-packages" not in path.parts and path.stat().st_size < 120_000)
    snippets = []
    while len(snippets) < count:
        path = rng.choice(files)
        try:
            text = path.read_text(encoding="utf-8")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                body = ast.parse(text).body
        except (SyntaxError, ValueError, UnicodeDecodeError):
            continue
        if not body:
            continue
        lines = text.splitlines(keepends=True)
        for _ in range(4):
            start = rng.randrange(len(body))
            end = min(len(body), start + rng.randrange(1, 5))
            piece = "".join(lines[body[start].lineno - 1:body[end - 1].end_lineno])
            if len(piece) < 6000:
                snippets.append(piece if piece.endswith("\n") else piece + "\n")
    return snippets[:count]


def _tokens(text):
    """Spans of the tokens that have text."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.string.strip():
                yield starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
    except (tokenize.TokenError, SyntaxError):
        return


def _mutate_tokens(text, spans, rng):
    kind = rng.choice(("delete", "double", "swap", "insert", "replace", "merge"))
    index = rng.randrange(len(spans))
    start, end = spans[index]
    if kind == "delete":
        return text[:start] + text[end:]
    if kind == "double":
        return text[:end] + " " + text[start:end] + text[end:]
    if kind == "swap" and index + 1 < len(spans):
        next_start, next_end = spans[index + 1]
        return text[:start] + text[next_start:next_end] + text[end:next_start] + text[start:end] + text[next_end:]
    if kind == "insert":
        return text[:start] + rng.choice(_INSERTED) + " " + text[start:]
    if kind == "replace":
        return text[:start] + rng.choice(_INSERTED) + text[end:]
    other_start, other_end = spans[rng.randrange(len(spans))]
    return text[:start] + text[other_start:other_end] + " " + text[start:]


def _mutate_brackets(text, spans, rng):
    brackets = [span for span in spans if text[span[0]:span[1]] in "()[]{}"]
    if not brackets:
        return _mutate_tokens(text, spans, rng)
    start, end = rng.choice(brackets)
    return text[:start] + rng.choice(["", "", "(", ")", "[", "]", "{", "}"]) + text[end:]


def _mutate_lines(text, spans, rng):
    lines = text.splitlines(keepends=True)
    index = rng.randrange(len(lines))
    line = lines[index]
    kind = rng.randrange(7)
    if kind == 0:
        lines[index] = " " * rng.randrange(1, 5) + line
    elif kind == 1:
        lines[index] = line[rng.randrange(1, 5):] if line.startswith("    ") else line.lstrip()
    elif kind == 2:
        lines[index] = "\t" + line.lstrip(" ")
    elif kind == 3:
        del lines[index]
    elif kind == 4:
        lines[index] = line.rstrip("\n")
    elif kind == 5:
        lines[index] = line.rstrip("\n") + rng.choice(["\\\n", ":\n", ",\n", " \\ \n", "(\n"])
    else:
        lines.insert(index, rng.choice(lines))
    return "".join(lines)


def _mutate_characters(text, spans, rng):
    index = rng.randrange(len(text))
    kind = rng.randrange(4)
    if kind == 0:
        return text[:index] + text[index + 1:]
    if kind == 1:
        return text[:index]
    if kind == 2:
        return text[:index] + rng.choice("'\"\\(){}[]:=,é€\u00a0𝒳ª\x0c\x00 \t\n0_") + text[index:]
    quotes = [i for i, c in enumerate(text) if c in "'\""]
    if not quotes:
        return text[:index]
    index = rng.choice(quotes)
    return text[:index] + text[index + 1:]


def mutants(lib, count, seed):
    """`count` broken sources, the same for the same library, count and seed. Some are still valid."""
    rng = random.Random(seed)
    result = []
    for text in _snippets(lib, rng, (count + 3) // 4):
        spans = list(_tokens(text))
        if not spans:
            continue
        for _ in range(4):
            mutate = rng.choice((_mutate_tokens,) * 5 + (_mutate_brackets,) * 2 + (_mutate_lines,) * 2 + (_mutate_characters,))
            mutant = mutate(text, spans, rng)
            if rng.randrange(10) == 0 and (more := list(_tokens(mutant))):
                mutant = _mutate_tokens(mutant, more, rng)
            result.append(mutant.encode("utf-8", "surrogatepass"))
    return result[:count]


def nested(depth=100_000):
    """Every construct that nests, around CPython's limits and far beyond them."""
    pairs = [("(", ")"), ("[", "]"), ("{", "}"), ("{1:", "}"), ("x[", "]"), ("f(", ")"), ("-", ""), ("~", ""), ("not ", ""),
             ("lambda: ", ""), ("x if y else ", ""), ("await ", ""), ("x**", ""), ("x.", "y"), ("(yield ", ")"), ("*", "x")]
    for opening, closing in pairs:
        for count in (10, 90, 150, 199, 200, 201, 400, 1000, 1490, 1500, 2985, 3000, 5950, 5990, 6000, 6100, depth):
            yield f"x = {opening * count}1{closing * count}\n".encode()
    for count in (10, 19, 20, 21, 90, 99, 100, 101, 150):
        for head in ("if x:", "while x:", "for x in y:", "with x:", "try:", "def f():", "class C:", "match x:", "else:"):
            yield ("".join(" " * i + head + "\n" for i in range(count)) + " " * count + "pass\n").encode()
    for count in (100, 1000, 1990, 2000, 2990, 3000, 6000, depth):
        yield ("if x: pass\n" + "elif x: pass\n" * count).encode()
        yield ("x = " * count + "1\n").encode()
        yield ("x" + ".y" * count + "\n").encode()
        yield ("x" + "()" * count + "\n").encode()
        yield ("x" + " + 1" * count + "\n").encode()
        yield ("x" + " < 1" * count + "\n").encode()
        yield ("x " + "and x " * count + "\n").encode()
