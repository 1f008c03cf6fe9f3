# Finalisers use locks, views and streams that died together with their users: these must still work.
import array
import bz2
import gc
import lzma
import mmap
import os
import queue
import select
import socket
import struct
import threading
import xml.parsers.expat
import zlib


class User:
    def __init__(self, **used):
        self.__dict__.update(used)

    def __del__(self):
        kept.append(self)
        with self.lock, self.rlock:
            names.append(self.name)


def make():
    # Made before their user, so that they are the older ones.
    first, second = socket.socketpair()
    resources = dict(
        lock=threading.Lock(), rlock=threading.RLock(), simple=queue.SimpleQueue(), name="user",
        view=memoryview(bytearray(b"abc")), map=mmap.mmap(-1, 100), unpack=struct.iter_unpack("b", b"xyz"),
        deflate=zlib.compressobj(), inflate=zlib.decompressobj(), bzip=bz2.BZ2Compressor(),
        xz=lzma.LZMACompressor(), parser=xml.parsers.expat.ParserCreate(), scan=os.scandir("/"),
        poll=select.epoll(), numbers=memoryview(array.array("i", [1, 2])))
    space = {}
    exec("def function(x):\n try: return 1 / x\n except ZeroDivisionError: return 'zero'", space)
    space["function"](1)
    first.close()
    second.close()
    user = User(**resources, function=space["function"])
    user.cycle = user


kept, names = [], []
make()
gc.collect()
user, = kept
kept.clear()
print(names, user.name)
with user.lock:
    print(user.lock.locked())
user.simple.put(1)
print(user.simple.get(), bytes(user.view), user.map[:3], list(user.unpack))
print(len(user.deflate.compress(b"x") + user.deflate.flush()) > 0, user.inflate.decompress(zlib.compress(b"y")))
print(bz2.decompress(user.bzip.compress(b"z") + user.bzip.flush()), user.numbers.tolist())
print(lzma.decompress(user.xz.compress(b"z") + user.xz.flush()), user.parser.Parse("<a/>", True))
print(user.function(0), user.poll.closed, next(user.scan).name != "")
user.view.release()
