import os, tempfile
# system calls of posix that only some programs use
with tempfile.TemporaryDirectory() as d:
    p = os.path.join(d, "f")
    fd = os.open(p, os.O_RDWR | os.O_CREAT)
    print(os.writev(fd, [b"abc", bytearray(b"def")]), os.pwritev(fd, (b"X",), 1), os.lseek(fd, 0, 0))
    a, b = bytearray(2), bytearray(3)
    print(os.readv(fd, [a, b]), a, b, os.preadv(fd, [a], 4), a)
    print(os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_RANDOM), os.posix_fallocate(fd, 0, 100), os.fstat(fd).st_size)
    print(os.lockf(fd, os.F_LOCK, 10), os.lockf(fd, os.F_ULOCK, 10))
    f2 = os.open(p + "2", os.O_RDWR | os.O_CREAT)
    print(os.copy_file_range(fd, f2, 6, offset_src=0), os.pread(f2, 10, 0))
    for name in ("getxattr", "listxattr"):
        try:
            print(getattr(os, name)(p, *(["user.none"] if name == "getxattr" else [])))
        except OSError as error:
            print(error.errno)
    try:
        os.setxattr(p, "user.a", b"1"); print(os.getxattr(p, "user.a"), os.listxattr(p)); os.removexattr(p, "user.a"); print(os.listxattr(fd))
    except OSError as error:
        print(error.errno)
    for bad in (lambda: os.writev(fd, 5), lambda: os.readv(fd, [b"x"]), lambda: os.copy_file_range(fd, f2, -1), lambda: os.setuid(2**40), lambda: os.setuid(-2),
                lambda: os.setuid("x"), lambda: os.getrandom(-1), lambda: os.sched_setaffinity(0, [-1]), lambda: os.sched_setaffinity(0, ["a"]), lambda: os.getxattr(fd, "a", follow_symlinks=False)):
        try:
            print(bad())
        except Exception as error:
            print(type(error).__name__, str(error)[:60])
e = os.eventfd(3); print(os.eventfd_read(e)); os.eventfd_write(e, 7); print(os.eventfd_read(e))
m = os.memfd_create("x"); os.write(m, b"abc"); print(os.fstat(m).st_size)
print(len(os.getrandom(5)), os.major(os.makedev(3, 4)), os.minor(os.makedev(3, 4)), os.getresuid() == (os.getuid(),) * 3)
print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_get_priority_max(os.SCHED_FIFO), isinstance(os.getgrouplist("root", 0), list))
os.sched_setaffinity(0, os.sched_getaffinity(0))
pid, fd = os.forkpty()
if pid == 0:
    print("child", os.isatty(0)); os._exit(3)
data = b""
try:
    while True:
        part = os.read(fd, 100)
        if not part: break
        data += part
except OSError: pass
print(data, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), os.ctermid())
