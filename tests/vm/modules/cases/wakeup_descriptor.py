"""signal.set_wakeup_fd: which descriptors it takes, and what is said when the byte cannot be written."""
import os
import signal
import socket
import sys


def shown(call, *args):
    try:
        print(call(*args))
    except Exception as error:
        print(type(error).__name__, error)


def unraisable(told):
    print(told.err_msg, type(told.exc_value).__name__, told.exc_value)


sys.unraisablehook = unraisable
signal.signal(signal.SIGUSR1, lambda *a: print("handled"))
read, write = os.pipe()
os.set_blocking(write, True)
try:
    signal.set_wakeup_fd(write)
except ValueError as error:
    print(str(error).replace(str(write), "FD"))
os.set_blocking(write, False)
shown(signal.set_wakeup_fd, write)
signal.raise_signal(signal.SIGUSR1)
print(os.read(read, 10))
os.close(read)
os.set_blocking(write, False)
signal.raise_signal(signal.SIGUSR1)
print(signal.set_wakeup_fd(-1) == write)
shown(signal.set_wakeup_fd, 1000)

near, far = socket.socketpair()
near.setblocking(False)
try:
    while True:
        near.send(b"x" * 4096)
except BlockingIOError:
    pass
for warns in (True, False):
    signal.set_wakeup_fd(near.fileno(), warn_on_full_buffer=warns)
    signal.raise_signal(signal.SIGUSR1)
signal.set_wakeup_fd(-1)


def alarm(*a):
    raise ZeroDivisionError("alarm")


def interrupted():
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    near.sendall(b"x" * 10_000_000)


near.setblocking(True)
signal.signal(signal.SIGALRM, alarm)
shown(interrupted)
near.settimeout(0.2)
shown(near.sendall, b"x" * 10_000_000)
