"""os.posix_spawn, what a child does before it becomes the program, and scheduling parameters."""
import os
import signal
import tempfile


def shown(call, *args, **keywords):
    try:
        print(call(*args, **keywords))
    except Exception as error:
        print(type(error).__name__, error)


def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


SHELL = "/bin/sh"


def run(script, spawn=os.posix_spawn, program=SHELL, **keywords):
    return ended(spawn(program, [program, "-c", script], dict(os.environ, WORD="spoken"), **keywords))


print(run("exit 3"), run("exit 4", os.posix_spawnp, "sh"))
print(run('test "$WORD" = spoken'))

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "out")
    actions = [
        (os.POSIX_SPAWN_OPEN, 1, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
        (os.POSIX_SPAWN_CLOSE, 0),
    ]
    print(run("echo out; echo error >&2; read x || echo closed", file_actions=actions))
    with open(path) as file:
        print(file.read())
    os.chdir(folder)
    shown(os.posix_spawn, "./none", ["none"], {})
    os.chdir("/")

print(run("kill -USR1 $$; exit 5", setsigmask=[signal.SIGUSR1]))
print(run("exit 0", setsid=True), run("exit 0", setpgroup=0, resetids=True))
print(run("exit 0", scheduler=(None, os.sched_param(0))))

for keywords in (
    dict(file_actions=[None]),
    dict(file_actions=[()]),
    dict(file_actions=[(9,)]),
    dict(file_actions=[(os.POSIX_SPAWN_OPEN, 1)]),
    dict(file_actions=[(os.POSIX_SPAWN_CLOSE,)]),
    dict(file_actions=[(os.POSIX_SPAWN_DUP2, 1)]),
    dict(file_actions=3),
    dict(resetids=None),
    dict(setpgroup="1"),
    dict(setsigmask=3),
    dict(setsigdef=[signal.NSIG]),
    dict(scheduler=(None,)),
    dict(scheduler=(None, 3)),
):
    shown(os.posix_spawn, SHELL, [SHELL], {}, **keywords)
shown(os.posix_spawn, SHELL, [], {})
shown(os.posix_spawn, SHELL, [""], {})
shown(os.posix_spawn, SHELL, SHELL, {})
shown(os.posix_spawn, SHELL, [SHELL], 3)
shown(os.posix_spawn, SHELL, [SHELL], {"A=B": "C"})
shown(os.execve, SHELL, [SHELL], 3)
shown(os.execve, SHELL, [""], {})


class Items(dict):
    def items(self):
        return [1, 2]

    def values(self):
        return [1]


shown(os.execve, SHELL, [SHELL], Items(a="b"))

parameters = os.sched_getparam(0)
print(parameters, type(parameters).__name__, os.sched_param(sched_priority=7))
shown(os.sched_setparam, 0, 3)
shown(os.sched_setparam, 0, os.sched_param(1 << 40))
shown(os.sched_setparam, 0, os.sched_param(None))
shown(os.sched_param)
shown(os.sched_getparam, -1)
