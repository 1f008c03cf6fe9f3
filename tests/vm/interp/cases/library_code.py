# Code objects of library functions: their parts are read when somebody asks.
import dis
import json.decoder
import marshal
import sys
import traceback
import types


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def functions(module):
    for value in vars(module).values():
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__:
            yield value
        elif isinstance(value, type) and value.__module__ == module.__name__:
            yield from (item for item in vars(value).values() if isinstance(item, types.FunctionType))


for function in functions(json.decoder):
    for code in codes(function.__code__):
        copy = code.replace()
        again = marshal.loads(marshal.dumps(code))
        print(code.co_qualname, copy == code, hash(copy) == hash(code), again == code)
        print(type(code.co_code), len(code.co_code) % 2, code.co_code is not None, code.co_code == again.co_code)
        print(code.co_linetable == again.co_linetable, code.co_exceptiontable == again.co_exceptiontable)
        print(len(list(code.co_positions())) == len(code.co_code) // 2, len(list(code.co_lines())) > 0)
        print(len(list(dis.get_instructions(code))) > 0, code.replace(co_name="other") == code)

print(json.decoder.scanstring.__name__ in ("scanstring", "py_scanstring"))

# A traceback through them, and a handler inside one.
try:
    json.decoder.JSONDecoder().decode("[1, 2")
except ValueError as error:
    for entry in traceback.extract_tb(error.__traceback__):
        print(entry.name, entry.lineno > 0, entry.colno is not None)
    print(error)

# Followed line by line.
seen = set()


def follow(frame, event, argument):
    if frame.f_code.co_filename == json.decoder.__file__:
        seen.add((frame.f_code.co_name, event))
    return follow


sys.settrace(follow)
try:
    json.decoder.py_scanstring('abc\\n"', 0)
    json.decoder.py_scanstring("abc", 0)
except ValueError as error:
    pass
sys.settrace(None)
print(sorted(seen))
