# Functions of the library that nobody has called yet: what they show, and what they take over.
import dataclasses
import functools
import gc
import string
import textwrap
import types

# Docstrings, of functions and of wrappers.
print(textwrap.dedent.__doc__.split()[:3], string.capwords.__doc__[:9], textwrap.TextWrapper.wrap.__doc__[:9])
wrapped = functools.wraps(textwrap.shorten)(lambda text: text)
print(wrapped.__doc__ == textwrap.shorten.__doc__, wrapped.__wrapped__ is textwrap.shorten)


def own():
    "own words"


# Another code leaves the docstring alone; a new function takes that of its code.
own.__code__ = textwrap.indent.__code__
print(own.__doc__, own.__code__.co_varnames[:3], own("a\n", "> ", None))
print(types.FunctionType(textwrap.fill.__code__, {}).__doc__ == textwrap.fill.__doc__)
own.__doc__ = None
print(own.__doc__)
own.__doc__ = "more"
del own.__doc__
print(own.__doc__)
nothing = lambda: None
print(nothing.__doc__)
nothing.__doc__ = own.__doc__ = "set"
nothing.__code__, own.__code__ = own.__code__, nothing.__code__
print(nothing.__doc__, own.__doc__)

# Closures are checked before anything runs.
inner = next(c for c in functools.lru_cache.__code__.co_consts if isinstance(c, types.CodeType))
print(inner.co_freevars)
for code, closure in [(inner, None), (functools.wraps.__code__, (types.CellType(1),))]:
    try:
        types.FunctionType(code, {}, None, None, closure)
    except (TypeError, ValueError) as error:
        print(error)
try:
    exec(inner)
except TypeError as error:
    print(error)

# A code object is collected while its parts are in use.
consts = dataclasses.make_dataclass.__code__.replace(co_name="copy").co_consts
gc.collect()
print(consts == dataclasses.make_dataclass.__code__.co_consts, {dataclasses.field.__code__: 1}[dataclasses.field.__code__])
print(dataclasses.is_dataclass.__code__._varname_from_oparg(0), dataclasses.astuple.__code__.co_nlocals)
print(dataclasses.asdict.__code__ == dataclasses.astuple.__code__)


class Wrapper(textwrap.TextWrapper):
    def __init__(self):
        super().__init__(width=12)
        self.more = 1


print(Wrapper().fill("what fits in few columns"), vars(Wrapper())["more"])
