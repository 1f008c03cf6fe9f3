"""What sys.excepthook and sys.unraisablehook print: entries, marks, chains, groups, notes, suggestions."""
import gc
import sys

sys.stderr = sys.stdout


def show(function):
    try:
        function()
    except BaseException:
        sys.__excepthook__(*sys.exc_info())


class A:
    blech = None

    def method(self):
        return self.blesh


class Hooked:
    blech = None

    def __getattr__(self, name):
        raise AttributeError()


near_global = 1


def misspelt():
    local_name = near_global
    return locl_name


def subscripts():
    x = {"a": {"b": 1}}
    return x["a"]["c"] + 1


def operators():
    a = 1
    b = "x"
    return a * a // b + 5


def caused():
    try:
        subscripts()
    except KeyError as error:
        raise ValueError("multi\nline") from error


def in_context():
    try:
        subscripts()
    except KeyError:
        try:
            1 / 0
        except ZeroDivisionError:
            error = IndexError("q")
            error.add_note("note 1\nsecond")
            error.add_note("n2")
            raise error


def hidden():
    try:
        1 / 0
    except ZeroDivisionError:
        raise KeyError("no context") from None


def recursive(n):
    return recursive(n + 1)


def group():
    errors = []
    for i in range(3):
        try:
            in_context() if i == 1 else subscripts()
        except Exception as error:
            errors.append(error)
    inner = ExceptionGroup("inner", [TypeError(i) for i in range(17)])
    raise ExceptionGroup("outer", errors + [inner, ValueError(2)])


def nested(depth):
    error = ValueError("deepest")
    for _ in range(depth):
        error = ExceptionGroup("level", [error])
    raise error


def wide():
    ñandú = "x"; x = ñandú.foo; return x


def several_lines():
    return near(1,
        2, 3
       )


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


class Elsewhere(BaseException):
    pass


Elsewhere.__module__ = "some.module"


def of(error):
    def function():
        raise error
    return function


for function in (A().method, lambda: Hooked().bluch, lambda: getattr(Hooked(), "bluch"), lambda: prnt(1), misspelt,
                 subscripts, operators, caused, in_context, hidden, lambda: recursive(0), group, lambda: nested(13),
                 wide, several_lines, lambda: compile("a b c\n", "<f>", "exec"), lambda: exec("def f(:\n  pass"),
                 of(SyntaxError("bad bad", ("bad.py", 1, 2, "abcdefg", 1, -2))),
                 of(SyntaxError("bad bad", ("bad.py", 1, 2, "  abcdefg\n", 3, 1))),
                 of(SyntaxError("bad bad", (None, 1, None, None))), of(Unprintable()), of(Elsewhere("end")),
                 of(KeyError()), lambda: sys.exit(3)):
    show(function)

loop = ValueError("loop")
loop.__context__ = KeyError("other")
loop.__context__.__context__ = loop
show(of(loop))
bad_notes = ValueError("notes")
bad_notes.__notes__ = 5
show(of(bad_notes))
bad_notes.__notes__ = ["fine", Unprintable(), 7]
show(of(bad_notes))
for limit in (0, 1, -5, 10 ** 30):
    sys.tracebacklimit = limit
    show(caused)
del sys.tracebacklimit


class Finalised:
    def __del__(self):
        1 / 0


hook = sys.unraisablehook
sys.unraisablehook = lambda report: hook(type(report)((report.exc_type, report.exc_value, report.exc_traceback,
                                                       "Ignored here", "<finaliser>")))
Finalised()
gc.collect()
