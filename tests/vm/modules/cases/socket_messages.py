# Messages with several buffers and descriptors beside them.
import array
import os
import socket

a, b = socket.socketpair()
print(a.sendmsg([b"abc", b"", bytearray(b"def")]), b.recvmsg(4), b.recvmsg(10, 20))
r, w = os.pipe()
print(a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [w]))]))
data, control, flags, address = b.recvmsg(10, socket.CMSG_SPACE(4))
fds = array.array("i", control[0][2])
print(data, control[0][:2], flags & socket.MSG_CTRUNC, address, len(fds))
os.write(fds[0], b"through"), print(os.read(r, 10))
first, second = bytearray(2), bytearray(5)
a.sendall(b"hello")
print(b.recvmsg_into([first, second])[0], first, second)
a.settimeout(0.01)
for bad in (lambda: a.recvmsg(-1), lambda: a.recvmsg(5, -1), lambda: a.sendmsg(5), lambda: a.recvmsg(5), lambda: a.sendmsg([b"x"], [(1, 2)]), lambda: a.recvmsg_into([b"x"])):
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__, error)
import multiprocessing.popen_forkserver
import multiprocessing.reduction as reduction
reduction.sendfds(a, [r])
print(len(reduction.recvfds(b, 1)))

socket.setdefaulttimeout(0)
with socket.socket() as waiting_for_nothing:
    print(waiting_for_nothing.gettimeout(), os.get_blocking(waiting_for_nothing.fileno()))
socket.setdefaulttimeout(None)
with socket.socket(socket.AF_UNIX) as abstract:
    abstract.bind("\0of\0the test %d" % os.getpid())
    print(abstract.getsockname()[:12])
with socket.socket(socket.AF_UNIX) as nameless:
    nameless.bind("")
    print(len(nameless.getsockname()))
