"""Scratch trees for the tests of this folder: making them, and taking down everything that can be seen of one."""

import os
import pathlib
import shutil
import stat
import tempfile

NOBODY = 65534
TIME = 1_600_000_000

SOURCES = {
    "a.py": b"x = 1\n",
    "levels.py": b'"""Doc."""\ndef f(a):\n    "doc"\n    assert a\n    return __debug__\n',
    "same.py": b"def f(a):\n    return a + 1\n",
    "nodoc.py": b"def f(a):\n    assert a\n    return a\n",
    "warns.py": b'x = 1\nif x is 1:\n    pass\nassert (x, "text")\n',
    "escape.py": b"import re\nPATTERN = '\\d+'\n",
    "bad.py": b"def f():\n    return )\n",
    "bad2.py": b"x = (1,\n     2\ny = 3\n",
    "indent.py": b"def f():\nreturn 1\n",
    "tabs.py": b"if 1:\n        x\n\ty\n",
    "cookie.py": b"# coding: no-such-codec\n",
    "latin.py": b"# -*- coding: latin-1 -*-\ns = '\xfc'\n",
    "notutf8.py": b"s = '\xe9'\n",
    "nul.py": b"x = 1\0\n",
    "bom.py": b"\xef\xbb\xbfx = 1\n",
    "justbom.py": b"\xef\xbb\xbf",
    "empty.py": b"",
    "noend.py": b"x = 1",
    "crlf.py": b"x = 1\r\ny = 2\r\n",
    "nonlocal.py": b"nonlocal x\n",
    "long.py": b"value = " + b"'a' + " * 300 + b"'b' )\n",
    "caf\xc3\xa9.py": "é = 'é' +\n".encode(),
    "with space.py": b"x = 1\n",
    "new\nline.py": b"x = 1\n",
    b"inv\xff.py": b"x = 1\n",
    b"invbad\xff.py": b"x = \n",
    "module": b"x = 1\n",
    "dotted.name.py": b"x = 1\n",
    "data.txt": b"not python\n",
    "window.pyw": b"x = 1\n",
    "pkg/__init__.py": b"",
    "pkg/mod.py": b"y = 2\n",
    "pkg/sub/deep.py": b"z = 3\n",
    "pkg/sub/sub2/deeper.py": b"w = 4\n",
    "pkg/__pycache__/leftover.txt": b"",
    ".local/lib/python3.11/site-packages/user.py": b"x = 1\n",
    ".local/lib/python3.11/site-packages/a.pth": b"# comment\n\n../../../../pkg\nmissing\nextra  \nextra\n",
    ".local/lib/python3.11/site-packages/.hidden.pth": b"hidden\n",
    ".local/lib/python3.11/site-packages/extra/more.py": b"x = 1\n",
    ".local/lib/python3.11/site-packages/hidden/no.py": b"x = 1\n",
    "good/one.py": b"x = 1\n",
    "good/two.py": b"'doc'\nassert 1\n",
    "good/three.py": b"def f(): 'doc'\n",
    "outside/o.py": b"x = 1\n",
    "list.txt": b"a.py\n  pkg/mod.py  \n\ngood\n",
    "list-bytes.txt": b"a.py\ninv\xff.py\n",
    "list-crlf.txt": b"a.py\r\ngood\r\n",
}
LINKS = {
    "links/to_a.py": "../a.py",
    "links/in_links.py": "real.py",
    "links/dangling.py": "nowhere.py",
    "links/to_dir": "../good",
    "links/loop": ".",
    "selflink/self.py": "self.py",
}


def put(root, name, content, mode=0o644):
    path = os.path.join(os.fsencode(root), os.fsencode(name))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.chmod(path, mode)
    os.utime(path, (TIME, TIME))


def make_tree(root, owner=None, patch_dependent=True):
    """The tree that the command lines are tried on. The same every time, times included. With patch_dependent off it
    is one on which 3.11.2 and later patch releases agree."""
    os.makedirs(root)
    for name, content in SOURCES.items():
        put(root, name, content)
    put(root, "links/real.py", b"x = 1\n")
    for name, target in LINKS.items():
        os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
        os.symlink(target, os.path.join(root, name))
    # About as deep as compile() goes where py_compile, compileall and its workers call it.
    for depth in (2911, 2912, 2965, 2966, 2968, 2969, 2971, 2972):
        put(root, f"deep/{depth}.py", b"x" + b".a" * depth + b"\n")
    os.makedirs(os.path.join(root, "odd/directory.py"))
    os.mkfifo(os.path.join(root, "odd/fifo.py"))
    put(root, "modes/executable.py", b"x = 1\n", 0o755)
    put(root, "modes/private.py", b"x = 1\n", 0o600)
    put(root, "modes/readonly.py", b"x = 1\n", 0o444)
    put(root, "modes/shared.py", b"x = 1\n", 0o666)
    put(root, "locked/unreadable.py", b"x = 1\n", 0o000)
    put(root, "locked/readable.py", b"x = 1\n")
    put(root, "readonly/mod.py", b"x = 1\n")
    put(root, "closed/mod.py", b"x = 1\n")
    put(root, "blocked/mod.py", b"x = 1\n")
    put(root, "blocked/__pycache__", b"a file, not a directory")
    put(root, "outputs/mod.py", b"x = 1\n")
    os.makedirs(os.path.join(root, "outputs/__pycache__/isdir.cpython-311.pyc"))
    put(root, "outputs/isdir.py", b"x = 1\n")
    put(root, "outputs/linked.py", b"x = 1\n")
    put(root, "outputs/target", b"keep me")
    os.symlink("../target", os.path.join(root, "outputs/__pycache__/linked.cpython-311.pyc"))
    if not patch_dependent:
        os.remove(os.path.join(root, "nul.py"))  # a ValueError in 3.11.2, a SyntaxError from 3.11.4 on
    if owner is not None:
        for path, directories, files in os.walk(root):
            for name in [path] + [os.path.join(path, n) for n in directories + files]:
                os.chown(name, owner, owner, follow_symlinks=False)
    os.chmod(os.path.join(root, "readonly"), 0o555)
    os.chmod(os.path.join(root, "closed"), 0o000)


def snapshot(root):
    """name -> (kind, permission bits, content or target, first name of the same inode)."""
    found, inodes = {}, {}
    root = os.fsencode(root)
    pending = [root]
    while pending:
        directory = pending.pop()
        for entry in sorted(os.scandir(directory), key=lambda e: e.name):
            info = entry.stat(follow_symlinks=False)
            name = os.path.relpath(entry.path, root)
            first = inodes.setdefault(info.st_ino, name)
            if stat.S_ISDIR(info.st_mode):
                pending.append(entry.path)
                found[name] = ("directory", stat.S_IMODE(info.st_mode), None, None)
            elif stat.S_ISLNK(info.st_mode):
                found[name] = ("link", 0, os.readlink(entry.path), first)
            elif stat.S_ISREG(info.st_mode):
                with open(entry.path, "rb") as file:
                    found[name] = ("file", stat.S_IMODE(info.st_mode), file.read(), first)
            else:
                found[name] = ("special", stat.S_IMODE(info.st_mode), None, None)
    return found


def remove(root):
    for path, directories, _ in os.walk(root):
        for name in directories:
            full = os.path.join(path, name)
            if not os.path.islink(full):
                os.chmod(full, 0o755)
    shutil.rmtree(root, ignore_errors=True)


class Tree:
    """One tree at one path, as make_tree() makes it, for many runs: making it anew costs more than a run."""

    def __init__(self, path):
        self.root = str(path)
        self.kind = self.initial = None

    def prepare(self, *kind, **keywords):
        """The tree of make_tree(...), untouched."""
        kind = (kind, tuple(keywords.items()))
        if self.kind == kind:
            return
        remove(self.root)
        make_tree(self.root, *kind[0], **keywords)
        self.kind, self.initial = kind, snapshot(self.root)

    def take_down(self):
        """A snapshot of what stands there now; then what was not there before goes away again."""
        found = snapshot(self.root)
        for name in sorted(found.keys() - self.initial.keys(), reverse=True):
            path = os.path.join(os.fsencode(self.root), name)
            if found[name][0] == "directory":
                os.rmdir(path)
            else:
                os.unlink(path)
        if any(found.get(name) != entry for name, entry in self.initial.items()):
            self.kind = None  # something was changed or lost: the next run gets a new one
        return found


class Scratch:
    """A directory that any user may enter, with the program in it; removed at the end."""

    def __init__(self, ouro):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="ouro-scratch-"))
        os.chmod(self.path, 0o755)
        self.ouro = str(self.path / "ouro")
        shutil.copy2(ouro, self.ouro)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        remove(self.path)
