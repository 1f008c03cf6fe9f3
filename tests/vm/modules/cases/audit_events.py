"""What audit hooks are told."""
import array
import gc
import marshal
import os
import resource
import signal
import socket
import sys
import tempfile
import threading

"host".encode("idna")  # what names of hosts need is imported now
seen = []
listening = False


def hook(event, arguments):
    if listening:
        seen.append((event, arguments))


sys.addaudithook(hook)


def told(call, show=lambda arguments: arguments):
    global listening
    seen.clear()
    listening = True
    try:
        call()
    except Exception as error:
        listening = False
        print(type(error).__name__, end=" ")
    listening = False
    for event, arguments in seen:
        print(event, show(arguments))


class Old:
    pass


class New:
    pass


class Derived(Old):
    pass


def function(a, *, b=1):
    pass


thing = Old()
told(lambda: setattr(Derived, "__name__", "Other"), lambda a: a[1:])
told(lambda: setattr(Derived, "__bases__", (New,)), lambda a: a[1])
told(lambda: setattr(thing, "__class__", New), lambda a: a[1])
told(lambda: setattr(function, "__defaults__", (3,)), lambda a: a[1:])
told(lambda: delattr(function, "__kwdefaults__"), lambda a: a[1:])
told(lambda: setattr(function, "__code__", told.__code__), lambda a: a[1])
told(lambda: type(function)(function.__code__, {}), len)
told(lambda: marshal.loads(marshal.dumps(("a", 1))))
told(lambda: gc.get_objects(1))
told(lambda: gc.get_referents([1, 2]))
told(lambda: array.array("i", [1]))
told(lambda: array.array("b"))
told(lambda: id(thing), len)
told(lambda: sys._getframe(), lambda a: a[0].f_code.co_name)
told(lambda: sys._current_frames())
told(lambda: sys.settrace(None))
told(lambda: sys.setprofile(None))
told(lambda: sys.set_asyncgen_hooks(None, None))
told(lambda: signal.pthread_kill(threading.get_ident(), 0), lambda a: a[1])
told(lambda: resource.prlimit(0, resource.RLIMIT_CORE))
told(socket.gethostname)
told(lambda: socket.getservbyname("http", "tcp"))
told(lambda: socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM))
told(lambda: __import__("this_is_not_there"), lambda a: a[:2])
told(lambda: os.putenv("A", "B"))
told(lambda: os.unsetenv("A"))
told(lambda: os.killpg(os.getpgrp(), 0), lambda a: a[1])

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    open("file", "w").close()
    told(lambda: os.link("file", "other"))
    told(lambda: os.symlink("file", "symbolic"))
    told(lambda: os.truncate("file", 3))
    told(lambda: os.utime("file", (1, 2)))
    told(lambda: os.chmod("file", 0o600))
    told(lambda: os.chown("file", -1, -1))
    told(lambda: os.rename("other", "third"))
    told(lambda: os.remove("third"))
    told(lambda: os.listxattr("file"))
    told(lambda: os.mkdir("folder"))
    told(lambda: os.rmdir("folder"))
    os.chdir("/")

print([o for o in gc.get_objects() if isinstance(o, list) and o and o[0] is hook])

traced = []


def trace(frame, event, argument):
    if frame.f_code is hook.__code__:
        traced.append(event)


for wanted in (False, True):
    hook.__cantrace__ = wanted
    sys.settrace(trace)
    sys.audit("event")
    sys.settrace(None)
    print(wanted, traced)
