"""Prints the trees of an oracle's standard library with what bytecode knows of their places, and compiles the text again."""
import argparse
import subprocess
import sys
import sysconfig

# Options of the tool and the share of files, in percent, that must come out with every position as it was.
MODES = [
    (['-v'], 99),
    (['--lines-only'], 0),
    (['--clean'], 0),
    (['--damage=1'], 0),
    (['--damage=2', '--clean'], 0),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tool', required=True)
    parser.add_argument('--library', default=sysconfig.get_path('stdlib'))
    arguments = parser.parse_args()
    failed = False
    for options, share in MODES:
        print(' '.join(options), flush=True)
        command = [arguments.tool, *options, f'--exact={share}', arguments.library]
        failed |= subprocess.run(command).returncode != 0
    return int(failed)


if __name__ == '__main__':
    sys.exit(main())
