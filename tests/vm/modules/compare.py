"""Runs the programs in cases/ with ouro and with python3.11; their output must be the same.

    compare.py OURO
"""
import pathlib
import shutil
import subprocess
import sys


def output(program, case):
    run = subprocess.run([program, str(case)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return run.returncode, run.stdout.decode("utf-8", "surrogateescape").splitlines()


def main():
    oracle = shutil.which("python3.11")
    if oracle is None:
        print("python3.11 is not there")
        return 77
    failed = 0
    for case in sorted((pathlib.Path(__file__).parent / "cases").glob("*.py")):
        got, wanted = output(sys.argv[1], case), output(oracle, case)
        if got == wanted:
            continue
        failed += 1
        print(f"{case.name}: exit {got[0]}, not {wanted[0]}")
        wrong = [(i, a, b) for i, (a, b) in enumerate(zip(got[1], wanted[1]), 1) if a != b]
        for number, a, b in wrong[:10]:
            print(f"  line {number}\n    {a}\n    {b}")
        if len(got[1]) != len(wanted[1]):
            print(f"  {len(got[1])} lines, not {len(wanted[1])}")
    return 1 if failed else 0


sys.exit(main())
