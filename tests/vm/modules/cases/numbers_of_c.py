"""Numbers that C's types do not hold, where a function has its own words for them."""
import hashlib
import io
import lzma
import os
import select
import socket


def shown(call, *args, **keywords):
    try:
        print(call(*args, **keywords))
    except Exception as error:
        print(type(error).__name__, error)


for wrong in (-1, 1 << 70, "a", 1.5):
    shown(hashlib.blake2b, leaf_size=wrong)
    shown(hashlib.blake2s, node_offset=wrong)
for wrong in (-1, -1 << 80, 1 << 31, 1 << 80):
    shown(io.FileIO, wrong)
for wrong in (-1, 1 << 31, 1 << 70):
    shown(socket.CMSG_LEN, wrong)
    shown(socket.CMSG_SPACE, wrong)
shown(select.poll().poll, 1 << 31)
for wrong in ({}, [{}], 3):
    shown(lzma.LZMADecompressor, lzma.FORMAT_RAW, None, wrong)
shown(socket.getnameinfo, ("x", 0, 0, 0), 0)
shown(socket.getnameinfo, ("127.0.0.1", 0, 0, 0), 0)
shown(socket.getnameinfo, ("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
shown(socket.getnameinfo, ("::1", 80, 1 << 20), 0)
shown(socket.getnameinfo, ("::1", 80, 0, 1), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    for count in (0, 1, 4):
        shown(datagrams.sendto, *([b""] * count))
print(socket.getaddrinfo("ff02::1de:c0:face:8d%lo", 1234, type=socket.SOCK_DGRAM)[0][4][0])
shown(os.lstat, 0)
print(open.__module__, io.open_code.__module__)
