"""What the system says about itself, children waited for in several ways, the system's log."""
import inspect
import math
import operator
import os
import platform
import signal
import syslog
import tempfile

print(sorted(os.sysconf_names) == sorted(set(os.sysconf_names)), len(os.sysconf_names) > 100)
print(os.sysconf("SC_PAGE_SIZE"), os.sysconf(os.sysconf_names["SC_CLK_TCK"]))
print(os.pathconf("/", "PC_NAME_MAX"), os.pathconf(b"/", os.pathconf_names["PC_PATH_MAX"]))
print(os.confstr("CS_PATH"), os.confstr("CS_GNU_LIBC_VERSION"), platform.libc_ver()[0])
for call in (lambda: os.sysconf("SC_NONE"), lambda: os.sysconf(1.5), lambda: os.confstr([]),
             lambda: os.pathconf("/no/such/file", "PC_NAME_MAX"), lambda: os.sysconf(-5)):
    try:
        print(call())
    except (ValueError, TypeError, OSError) as error:
        print(type(error).__name__, error)
with tempfile.TemporaryFile() as file:
    print(os.fpathconf(file.fileno(), "PC_NAME_MAX"), os.pathconf(file.fileno(), "PC_PIPE_BUF"))
    os.fchown(fd=file.fileno(), uid=os.getuid(), gid=os.getgid())


def child(code):
    pid = os.fork()
    if pid == 0:
        os._exit(code)
    return pid


pid = child(3)
found, status, usage = os.wait3(0)
print(found == pid, os.waitstatus_to_exitcode(status), type(usage), usage.ru_utime >= 0)
pid = child(4)
found, status, usage = os.wait4(pid, options=0)
print(found == pid, status, len(usage))
pid = child(5)
info = os.waitid(os.P_PID, pid, os.WEXITED)
print(info.si_pid == pid, info.si_signo == signal.SIGCHLD, info.si_status, info.si_code == os.CLD_EXITED)
pid = child(6)
handle = os.pidfd_open(pid)
print(os.waitid(os.P_PIDFD, handle, os.WEXITED).si_status, os.waitid.__doc__ is not None)
os.close(handle)
pid = os.fork()
if pid == 0:
    signal.pause()
print(os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG))
os.kill(pid, signal.SIGKILL)
print(os.waitid(os.P_PID, pid, os.WEXITED).si_code == os.CLD_KILLED)
try:
    os.wait4(-1, 0)
except ChildProcessError as error:
    print(error)

print(syslog.LOG_MASK(syslog.LOG_ERR), syslog.LOG_UPTO(syslog.LOG_INFO), syslog.LOG_LOCAL3)
before = syslog.setlogmask(syslog.LOG_UPTO(syslog.LOG_WARNING))
print(before, syslog.setlogmask(before))
syslog.openlog("name", logoption=syslog.LOG_PID, facility=syslog.LOG_USER)
print(syslog.syslog(syslog.LOG_DEBUG, "a message of the tests"), syslog.closelog())

for function in math.gcd, math.lcm, operator.call, pow, round, os.fchown:
    print(function.__name__, inspect.signature(function))
