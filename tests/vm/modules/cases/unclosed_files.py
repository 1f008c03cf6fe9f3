"""With warnings asked for, files that are open at the end are told of, by the object that the program had."""
import subprocess
import sys

PROGRAMS = [
    "f = open('/dev/null')",
    "f = open('/dev/null', 'rb')",
    "f = open('/dev/null', 'rb', buffering=0)",
    "class A:\n    def __init__(self): self.f = open('/dev/null', 'w')\na = A()",
    "def g():\n    f = open('/dev/null', 'rb')\n    yield\nx = g()\nnext(x)",
    "import gc\nf = open('/dev/null', 'w')\nf.write('a')\nf = None\ngc.collect()\nprint('collected')",
    "f = open('/dev/null')\nf.close()",
]
for program in PROGRAMS:
    for options in (["-Wd"], ["-X", "dev"], []):
        result = subprocess.run([sys.executable, *options, "-c", program], capture_output=True, text=True)
        lines = [line.split(": ", 1)[-1] for line in result.stderr.splitlines() if "tracemalloc" not in line]
        print(options, result.stdout.split(), lines)

# The lowest limit on recursion is behind the call that sets it.
depth = 0
for limit in range(1, 10):
    try:
        sys.setrecursionlimit(limit)
        break
    except RecursionError as error:
        depth = str(error)
sys.setrecursionlimit(1000)
print(depth)
