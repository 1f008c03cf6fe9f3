# What errors say of arguments of the wrong type: None is called None, not NoneType.
import _codecs
import _crypt
import _imp
import _locale
import _pickle
import _socket
import array
import codecs
import grp
import io
import os
import pwd
import pyexpat
import sys
import time
import unicodedata


def show(function, *arguments, **keywords):
    try:
        print(function(*arguments, **keywords))
    except Exception as error:
        print(type(error).__name__, error)


show("a".encode, None)
show("a".encode, "utf-8", None)
show("a".encode, "utf-8\0")
show(str, b"a", None)
show(str, b"a", "utf-8", 3)
show(b"a".decode, None)
show(bytes, "a", None)
show(bytearray, "a", "ascii", None)
show("a".replace, None, "a")
show("a".removeprefix, None)
show(b"a".center, 3, None)
show(bytes.fromhex, None)
show(int.from_bytes, b"a", None)
show((3).to_bytes, 3, None)
show(format, 3, None)
show(compile, "a", "b", None)
show(__import__, None)
show(sys.intern, None)
show(unicodedata.normalize, None, "a")
show(unicodedata.normalize, "NFC", None)
show(array.array, None)
show(io.FileIO, 3, None)
show(io.FileIO, "a\0")
show(io.open_code, None)
show(io.TextIOWrapper, io.BytesIO(), encoding=3)
show(io.TextIOWrapper, io.BytesIO(), newline=3)
show(io.TextIOWrapper(io.BytesIO()).write, None)
show(_codecs.lookup, None)
show(_codecs.lookup_error, None)
show(_codecs.register_error, None, None)
show(_codecs.utf_8_decode, b"a", 3)
show(_codecs.encode, "a", None)
show(_codecs.decode, b"a", "ascii", None)
show(codecs.getincrementaldecoder("gbk"), None)
show(codecs.lookup("gbk").encode, "a", 3)
show(_imp.is_builtin, None)
show(_imp.is_frozen, None)
show(_locale.strcoll, None, "a")
show(_locale.strxfrm, None)
show(_locale.dgettext, 3, "a")
show(_locale.dgettext, None, None)
show(_pickle.Unpickler, io.BytesIO(), encoding=None)
show(_pickle.Unpickler, io.BytesIO(), errors="a\0")
show(_crypt.crypt, None, "a")
show(time.strftime, None)
show(time.strftime, "a\0")
show(pyexpat.ParserCreate, 3)
show(pyexpat.ParserCreate, namespace_separator=3)
show(pyexpat.ParserCreate().SetBase, None)
show(pyexpat.ParserCreate().ExternalEntityParserCreate, 3)
show(_socket.getservbyname, None)
show(_socket.getservbyname, "a", None)
show(_socket.getservbyport, 3, None)
show(_socket.getprotobyname, None)
show(_socket.inet_aton, None)
show(_socket.inet_pton, _socket.AF_INET, None)

for name in None, "a\0", "no such name":
    show(grp.getgrnam, name)
    show(pwd.getpwnam, name)
for number in 2**70, -(2**70), 2**32, 2**32 - 1, -1, -2, "a", 1.0:
    show(grp.getgrgid, number)
    show(pwd.getpwuid, number)
    show(os.chown, "/nonexistent", number, 0)
    show(os.chown, "/nonexistent", 0, number)
print(grp.getgrgid(0) == grp.getgrnam("root") in grp.getgrall())
print(pwd.getpwuid(0) == pwd.getpwnam("root") in pwd.getpwall())
for function in _imp.init_frozen, _imp.get_frozen_object, _imp.is_frozen_package, unicodedata.name, unicodedata.category:
    show(function, None)
