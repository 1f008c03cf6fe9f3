"""Signals that are waited for, signals to descriptors of processes, paths in buffers."""
import os
import signal
import warnings

wanted = {signal.SIGUSR1, signal.SIGUSR2}
signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
os.kill(os.getpid(), signal.SIGUSR1)
info = signal.sigwaitinfo(wanted)
print(info.si_signo == signal.SIGUSR1, info.si_pid == os.getpid(), info.si_uid == os.getuid(), len(info))
print(signal.sigtimedwait(wanted, 0), signal.sigtimedwait(wanted, 0.01))
os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigtimedwait(wanted, 10).si_signo == signal.SIGUSR2)

# A handler that runs meanwhile does not end the wait.
ran = []
signal.signal(signal.SIGALRM, lambda *_: (ran.append(1), os.kill(os.getpid(), signal.SIGUSR1)))
signal.setitimer(signal.ITIMER_REAL, 0.01)
print(signal.sigwaitinfo(wanted).si_signo == signal.SIGUSR1, ran)
signal.setitimer(signal.ITIMER_REAL, 0.01)
print(signal.sigtimedwait(wanted, 10).si_signo == signal.SIGUSR1, ran)
for bad in -1, float("nan"), "x":
    try:
        signal.sigtimedwait(wanted, bad)
    except (ValueError, TypeError) as error:
        print(type(error).__name__, error)

pid = os.fork()
if pid == 0:
    signal.pause()
handle = os.pidfd_open(pid)
print(signal.pidfd_send_signal(handle, signal.SIGKILL))
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))
for arguments in (handle, signal.SIGKILL), (handle, signal.SIGKILL, 3):
    try:
        signal.pidfd_send_signal(*arguments)
    except (OSError, TypeError) as error:
        print(type(error).__name__, error)
os.close(handle)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print(os.stat(bytearray(b"/")).st_ino == os.stat("/").st_ino, type(os.stat(memoryview(b"/"))))
for warning in caught:
    print(warning.category.__name__, warning.message)
