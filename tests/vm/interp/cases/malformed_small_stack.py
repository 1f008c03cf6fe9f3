"""What recurses in C++ on threads with small stacks: an exception or a result, and deep sources compile all the same."""
import itertools
import marshal
import threading

SOURCES = ["a" + ".b" * 2900, "-" * 2900 + "1", "(" * 190 + "1" + ")" * 190, "a" + "+a" * 100_000, "(" * 100_000]
outcomes = []


def nested(make, value, count):
    for _ in range(count):
        value = make(value)
    return value


def attempt(function):
    try:
        function()
        outcomes.append("fine")
    except Exception as error:
        outcomes.append(type(error).__name__)


def work():
    for source in SOURCES:
        attempt(lambda: compile(source, "f", "eval"))
    attempt(lambda: compile("1 is 1", "f", "eval"))
    attempt(lambda: marshal.loads(b"\xa9\x01" * 1990 + b"N"))
    attempt(lambda: marshal.dumps(nested(lambda x: [x], 1, 1900)))
    for make in (lambda i: map(str, i), enumerate, zip, itertools.chain, lambda i: filter(None, i)):
        attempt(lambda: next(nested(make, itertools.repeat(1), 100_000)))


threading.stack_size(128 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
expected = ["fine", "fine", "fine", "RecursionError", "SyntaxError", "fine"] + ["RecursionError"] * 7
assert outcomes == expected or outcomes[4] == "MemoryError", outcomes
print("survived")
