"""The texts in the compiler's sources that errors and warnings are made of, so that a test can say which of them no
source provokes.

Every string literal that reads like words, and every message in the grammar of the reference parser, counts: a message
stands in one literal, or in several around what is put in. Folders and files without messages are left out by name.
"""

import ast
import pathlib
import re

# Text for people who read trees, data, and what a mistake in the grammar itself is called.
WITHOUT_MESSAGES = {"dump.cpp", "unparse.cpp", "py311_held_names.inc", "grammar.cpp"}

# Messages that no source can provoke in a test, each with the reason.
UNREACHABLE = {
    "code: co_code larger than INT_MAX": "needs a function of 2 GiB",
    "Parser column offset overflow - source line is too big": "needs a source of 2 GiB",
    "error at start before reading any input": "a module's first rule reads a token before it can fail",
    "unexpected JUMP_IF_TRUE_OR_POP jumping backwards": "code generation makes none; CPython's own safeguard",
    "unexpected JUMP_IF_FALSE_OR_POP jumping backwards": "code generation makes none; CPython's own safeguard",
}

# Messages that only flags of compile() provoke: tests/vm/modules/cases/syntax_trees.py and compile_flags.py do.
NEEDS_FLAGS = {
    "incomplete input", "multiple statements found while compiling a single statement",
    "with Barry as BDFL, use '<>' instead of '!='",
    "bare * has associated type comment", "Cannot have two type comments on def",
    " only supported in Python 3.", " and greater",
    "Variable annotation syntax is", "Variable annotations syntax is", "The '@' operator is", "Async functions are",
    "Positional-only parameters are", "Async for loops are", "Parenthesized context managers are",
    "Async with statements are", "Exception groups are", "Async comprehensions are", "Await expressions are",
    "Assignment expressions are", "Pattern matching is",
    "Underscores in numeric literals are only supported in Python 3.6 and greater",
    "Format strings are only supported in Python 3.6 and greater",
    "f-string: self documenting expressions are only supported in Python 3.8 and greater",
}

_TOKEN = re.compile(r"""
    //[^\n]* | /\*.*?\*/
  | R"(?P<tag>\w*)\((?P<raw>.*?)\)(?P=tag)"
  | "(?P<text>(?:[^"\\\n]|\\.)*)"
  | '(?:[^'\\\n]|\\.)+'
  | ^\s*\#\s*include[^\n]*
""", re.X | re.S | re.M)
_INSERTED = re.compile(r"%[a-zA-Z0-9]+|\{[^}]*\}")


def _literals(text):
    """The string literals, adjacent ones joined; and the messages of grammars, which stand in raw strings."""
    joined, end = None, 0
    for match in _TOKEN.finditer(text):
        if match["raw"] is not None:
            yield from (" ".join(message.split()) for message in re.findall("`([^`]*)`", match["raw"]))
        if match["text"] is None:
            continue
        if joined is not None and not text[end:match.start()].strip():
            joined += match["text"]
        else:
            if joined is not None:
                yield joined
            joined = match["text"]
        end = match.end()
    if joined is not None:
        yield joined


def fragments(folders):
    """Every piece of a message: fragment -> the first file that has it."""
    found = {}
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix not in (".cpp", ".h", ".inc") or path.name in WITHOUT_MESSAGES:
                continue
            for literal in _literals(path.read_text()):
                text = ast.literal_eval(f'b"{literal}"').decode() if "\\" in literal else literal
                for piece in _INSERTED.split(text):
                    if re.search(r"[a-zA-Z]{2,}.* |^ .*[a-zA-Z]{2,}", piece):
                        found.setdefault(piece, path.name)
    return found


def unprovoked(folders, records):
    """The fragments that stand in no message of the records, each with its file."""
    said = {record["msg"] for record in records if record and record.get("msg")}
    said |= {warning[1] for record in records if record for warning in record["warnings"]}
    everything = "\n".join(sorted(said))
    exempt = UNREACHABLE.keys() | NEEDS_FLAGS
    known = {piece: name for piece, name in fragments(folders).items() if piece not in exempt}
    return len(known), {piece: name for piece, name in known.items() if piece not in everything}
