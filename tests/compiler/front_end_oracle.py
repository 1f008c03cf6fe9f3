"""Answers the compiler's front-end tests: what does this CPython make of a source?

A question is one line, a verb and a source in hexadecimal (or a file's name); the answer ends with a line "END".
"""

import _symtable
import sys

KINDS = {_symtable.TYPE_MODULE: "module", _symtable.TYPE_CLASS: "class", _symtable.TYPE_FUNCTION: "function"}


def dump(entry, depth, out):
    out.append(f"{depth} {KINDS[entry.type]} {entry.name} nested={entry.nested}"
               f" parameters={','.join(entry.varnames)}")
    for name, flags in sorted(entry.symbols.items(), key=lambda item: item[0].encode("utf-8", "surrogatepass")):
        out.append(f"{depth}   {name} {flags & 0x7ff} {flags >> _symtable.SCOPE_OFF}")
    for child in entry.children:
        dump(child, depth + 1, out)


def symbols(source):
    out = []
    dump(_symtable.symtable(source, "<test>", "exec"), 0, out)
    return out


def error_fields(error):
    if not isinstance(error, SyntaxError):
        return [f"{type(error).__name__}|{error}"]
    text = "None" if error.text is None else error.text.encode("utf-8", "surrogatepass").hex()
    return [f"{type(error).__name__}|{error.msg}|{error.lineno}|{error.offset}|{error.end_lineno}"
            f"|{error.end_offset}|{text}"]


def errors(name):
    with open(name, "rb") as file:
        source = file.read()
    compile(source, name, "exec", dont_inherit=True)
    return ["ok"]


def folded(source):
    """The one constant that the expression became, or nothing."""
    code = compile(b"x = " + source, "<test>", "exec", dont_inherit=True)
    import dis
    names = [i.opname for i in dis.get_instructions(code)]
    if names != ["RESUME", "LOAD_CONST", "STORE_NAME", "LOAD_CONST", "RETURN_VALUE"]:
        return ["unfolded"]
    return [f"{type(code.co_consts[0]).__name__} {code.co_consts[0]!r}".encode("ascii", "backslashreplace").decode()]


def constant(value):
    if hasattr(value, "co_code"):
        return "code " + value.co_qualname
    return f"{type(value).__name__} {value!r}"


def dump_code(code, out):
    out.append(f"{code.co_qualname} {code.co_name} {code.co_argcount} {code.co_posonlyargcount}"
               f" {code.co_kwonlyargcount} {code.co_flags} {code.co_firstlineno} {code.co_stacksize}")
    out.append("names " + " ".join(code.co_names))
    out.append("locals " + " ".join(code.co_varnames + tuple(n for n in code.co_cellvars if n not in code.co_varnames)
                                    + code.co_freevars))
    for value in code.co_consts:
        out.append("const " + constant(value))
    for field in ("code", "linetable", "exceptiontable"):
        out.append(field + " " + getattr(code, "co_" + field).hex())
    for value in code.co_consts:
        if hasattr(value, "co_code"):
            dump_code(value, out)


def code(level, source):
    out = []
    dump_code(compile(source, "<test>", "exec", dont_inherit=True, optimize=level), out)
    return out


def warnings_of(source):
    import warnings
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compile(source, "<test>", "exec", dont_inherit=True)
    return [f"{w.category.__name__}|{w.message}|{w.lineno}" for w in caught]


def main():
    import warnings
    warnings.simplefilter("ignore")
    sys.set_int_max_str_digits(0)
    for line in sys.stdin:
        verb, _, operand = line.rstrip("\n").partition(" ")
        try:
            if verb == "symbols":
                answer = symbols(bytes.fromhex(operand))
            elif verb == "symbols-of":
                with open(operand, "rb") as file:
                    answer = symbols(file.read())
            elif verb.startswith("code"):
                answer = code(int(verb[4:]), bytes.fromhex(operand))
            elif verb == "warnings":
                answer = warnings_of(bytes.fromhex(operand))
            elif verb == "errors":
                answer = errors(operand)
            else:
                answer = folded(bytes.fromhex(operand))
        except (SyntaxError, RecursionError, MemoryError, ValueError, OverflowError) as error:
            answer = error_fields(error)
        sys.stdout.buffer.write(("\n".join(answer) + "\nEND\n").encode("utf-8", "surrogatepass"))
        sys.stdout.flush()


main()
