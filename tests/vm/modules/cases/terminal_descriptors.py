"""termios takes descriptors and what has one."""
import os
import pty
import termios

master, slave = pty.openpty()
with open(slave, "r+b", buffering=0, closefd=False) as stream:
    print(termios.tcgetattr(stream) == termios.tcgetattr(slave))
    print(termios.tcgetwinsize(stream))
    termios.tcsetattr(stream, termios.TCSANOW, termios.tcgetattr(stream))
    termios.tcdrain(stream)
    termios.tcflush(stream, termios.TCIFLUSH)
for call, *rest in (
    (termios.tcgetattr,),
    (termios.tcdrain,),
    (termios.tcflow, termios.TCOON),
    (termios.tcsendbreak, 0),
):
    for wrong in (-1, 2**40, object(), "1"):
        try:
            call(wrong, *rest)
        except Exception as error:
            print(type(error).__name__, error)
os.close(master)
os.close(slave)
