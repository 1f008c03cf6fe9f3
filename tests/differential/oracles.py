"""Where the CPythons are that ouro is compared with."""

import os
import pathlib
import subprocess
import sys


class Oracle:
    def __init__(self, name, executable):
        self.name, self.executable = name, str(executable)

    def ask(self, expression):
        code = f"import sys, sysconfig; print({expression})"
        return subprocess.run([self.executable, "-S", "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    @property
    def version(self):
        return self.ask("'%d.%d.%d' % sys.version_info[:3]")

    @property
    def lib(self):
        return self.ask("sysconfig.get_path('stdlib')")

    def clean(self, directory):
        """This oracle in a virtual environment of its own: what .pth files import would be part of its state."""
        subprocess.run([self.executable, "-m", "venv", "--without-pip", directory], check=True)
        return str(pathlib.Path(directory) / "bin" / "python")


def _pyenv(version):
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    for path in sorted(root.glob(f"versions/{version}.*/bin/python{version}"), reverse=True):
        return path
    return None


def find(name):
    """The oracle of this name, or exits with 77 (skipped) and says which is missing."""
    if name == "debian-3.11":
        path = pathlib.Path("/usr/bin/python3.11")
    elif name == "cpython-3.11":
        path = _pyenv("3.11")
    else:
        raise ValueError(f"unknown oracle {name}")
    if path is None or not path.exists():
        print(f"skipped: no oracle {name} on this machine")
        sys.exit(77)
    return Oracle(name, path)
