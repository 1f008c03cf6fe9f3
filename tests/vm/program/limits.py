"""-X ouro-max-memory= and -X ouro-max-time=: what programs that want too much see, and how they end."""
import subprocess
import sys
import time

OURO = sys.argv[sys.argv.index("--ouro") + 1]
FAILED = []


def run(*arguments):
    start = time.monotonic()
    done = subprocess.run([OURO, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr, time.monotonic() - start


def check(name, condition, shown):
    if not condition:
        FAILED.append(name)
        print(f"FAIL {name}: {shown}")


def memory():
    result = run("-X", "ouro-max-memory=64M", "-c", '''if 1:
        kept = []
        try:
            while True: kept.append([0] * 1000)
        except MemoryError:
            n, kept = len(kept), None
        print(1000 < n < 20000, sum(len([0] * 1000) for _ in range(50000)))''')
    check("MemoryError can be handled", result[:2] == (0, "True 50000000\n"), result)
    result = run("-X", "ouro-max-memory=64M", "-c", "x = []\nwhile True: x.append(' ' * 100 + str(len(x)))")
    check("MemoryError ends the program", result[0] == 1 and result[2].rstrip().endswith("MemoryError"), result)
    result = run("-X", "ouro-max-memory=64M", "-c", "try: bytearray(10**9)\nexcept MemoryError: print('no')")
    check("one large object", result[:2] == (0, "no\n"), result)
    result = run("-X", "ouro-max-memory=64M", "-c", "for _ in range(3000): x = [0] * 100000\nprint('done')")
    check("garbage does not count", result[:2] == (0, "done\n"), result)


def processor_time():
    for name, program in (("loop", "while True: pass"), ("loop in C++", "sum(iter(int, 1))"),
                          ("handlers", "while True:\n  try:\n    while True: pass\n  except BaseException: pass"),
                          ("recursion", "def f(n): return f(n - 1) + f(n - 1) if n else 1\nf(60)"),
                          ("big numbers", "x = 3 ** 2000000\nwhile True: x * x")):
        result = run("-X", "ouro-max-time=0.3", "-c", program)
        check(f"time: {name}", result[0] == 124 and "time limit" in result[2] and result[3] < 20, result)
    result = run("-X", "ouro-max-time=20", "-c", "print('quick')")
    check("time: enough", result[:3] == (0, "quick\n", ""), result)


def bad_limits():
    for limit in ("ouro-max-memory=", "ouro-max-memory=x", "ouro-max-memory=-1", "ouro-max-time=0", "ouro-max-time=1s"):
        result = run("-X", limit, "-c", "1")
        check(limit, result[0] == 1 and "not a number" in result[2], result)


memory()
processor_time()
bad_limits()
print(f"{len(FAILED)} failed")
sys.exit(1 if FAILED else 0)
