"""Enough of pyperf to run pyperformance's programs on any interpreter, without its dependencies.

Each benchmark runs until BENCH_TIME seconds (2 if unset) of processor time are used up, and prints its name and the least
time of one loop, and then the process's peak memory in KiB. It is told here because what the parent sees as its child's
peak is never less than the parent's own memory.
"""

import argparse
import os
import resource
import sys
import time

__version__ = "2"
clock = time.process_time
perf_counter = clock
AIM = 0.05  # seconds that one measurement should at least take


def python_implementation():
    return sys.implementation.name


def python_has_jit():
    return python_implementation() == "pypy"


def peak_memory():
    with open("/proc/self/status") as status:
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


class Runner:
    def __init__(self, **options):
        self.metadata = options.get("metadata") or {}
        self.argparser = options.get("_argparser") or argparse.ArgumentParser()
        self.args = None
        self.loops = options.get("loops", 0)
        self.budget = float(os.environ.get("BENCH_TIME", "2"))

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def measure(self, name, run, inner_loops):
        self.parse_args()
        loops = self.loops or 1
        best = None
        spent = 0.0
        while best is None or spent < self.budget:
            seconds = run(loops)
            spent += seconds
            if not self.loops and seconds < AIM and spent < self.budget:
                loops *= 2
                continue
            each = seconds / loops / (inner_loops or 1)
            best = each if best is None else min(best, each)
        print(name, "%.6g" % best, flush=True)
        print("peak_memory", peak_memory(), flush=True)

    def bench_time_func(self, name, function, *args, inner_loops=None, **metadata):
        self.measure(name, lambda loops: function(loops, *args), inner_loops)

    def bench_func(self, name, function, *args, inner_loops=None, **metadata):
        def run(loops):
            start = clock()
            for _ in range(loops):
                function(*args)
            return clock() - start

        self.measure(name, run, inner_loops)

    def bench_async_func(self, name, function, *args, inner_loops=None, loop_factory=None, **metadata):
        import asyncio

        async def run_all(loops):
            start = clock()
            for _ in range(loops):
                await function(*args)
            return clock() - start

        def run(loops):
            loop = (loop_factory or asyncio.new_event_loop)()
            try:
                return loop.run_until_complete(run_all(loops))
            finally:
                loop.close()

        self.measure(name, run, inner_loops)

    def bench_command(self, name, command):
        def run(loops):
            used = os.times()
            for _ in range(loops):
                child = os.fork()
                if child == 0:
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                    os.execv(command[0], command)
                if os.waitpid(child, 0)[1] != 0:
                    raise RuntimeError("command failed: %r" % (command,))
            now = os.times()
            return now.children_user + now.children_system - used.children_user - used.children_system

        self.measure(name, run, None)
