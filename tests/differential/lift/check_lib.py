"""Compiles an oracle's standard library, with its tests where they are installed, at all levels, and lifts all of it."""
import argparse
import compileall
import pathlib
import subprocess
import sys
import sysconfig
import tempfile


def compile_library(library, directory, level):
    """Compiles into directory, leaving the library's own files alone."""
    sys.pycache_prefix = directory
    compileall.compile_dir(library, quiet=2, force=True, optimize=level, workers=1)
    sys.pycache_prefix = None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tool', required=True)
    parser.add_argument('--library', default=sysconfig.get_path('stdlib'))
    arguments = parser.parse_args()
    failed = False
    for level in range(3):
        with tempfile.TemporaryDirectory() as directory:
            compile_library(arguments.library, directory, level)
            if not any(pathlib.Path(directory).rglob('*.pyc')):
                print('nothing was compiled')
                return 1
            print(f'level {level}', flush=True)
            failed |= subprocess.run([arguments.tool, directory]).returncode != 0
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
