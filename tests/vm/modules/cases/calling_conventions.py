# Native functions of each kind of signature, called in each way. CPython's errors, self and all.
try:
    import _testcapi as t
except ImportError:
    raise SystemExit
import functools

owners = [("module", t), ("instance", t.MethInstance()), ("class", t.MethClass), ("static", t.MethStatic)]
calls = [((), {}), ((1,), {}), ((1, 2), {}), ((), {"k": 1}), ((1,), {"k": 2})]
for kind, owner in owners:
    for name in ("varargs", "varargs_keywords", "o", "noargs", "fastcall", "fastcall_keywords"):
        function = getattr(owner, "meth_" + name)
        for args, kwargs in calls:
            for way in (lambda: function(*args, **kwargs), lambda: functools.partial(function, *args)(**kwargs),
                        lambda: t.pyobject_fastcalldict(function, args, kwargs)):
                try:
                    result = way()[1:] if name != "noargs" else way() is (None if kind == "static" else owner)
                except TypeError as error:
                    result = str(error).rpartition(".")[2]
                if type(result) is tuple and len(result) == 2 and not result[1]:
                    result = result[0], None  # no keywords: None or an empty dict
                print(kind, name, args, kwargs, result)
for cls in (t.MethodDescriptorBase, t.MethodDescriptorDerived, t.MethodDescriptor2):
    class Holder:
        method = cls()
    print(cls.__name__, cls()(1), Holder().method(), cls.__flags__ >> 17 & 1, cls.__flags__ >> 11 & 1)
for function in (t.pyobject_fastcall, t.pyobject_vectorcall):
    for bad in (5, [1]):
        try:
            function(len, bad) if function is t.pyobject_fastcall else function(len, bad, None)
        except TypeError as error:
            print(error)
try:
    t.make_exception_with_doc("error")
except SystemError as error:
    print(error)
