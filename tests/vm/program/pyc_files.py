"""What tutorials on .pyc files show, done by python3.11 and by ouro: same output, same exit codes, same files."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from scenario import SOURCE_TIME, main, scenario

MODULE = '"""Doc."""\nassert __debug__ or True\nprint("module", __name__, __file__, __cached__)\n\ndef f():\n    "doc"\n    return 42\n'
SCRIPT = "import module\nprint(module.f(), module.f.__doc__, __debug__)\n"
FILES = {"module.py": MODULE, "script.py": SCRIPT}
PACKAGE = {"pkg/__init__.py": "print('init', __name__)\n", "pkg/__main__.py": "import sys\nprint('main', __name__, sys.argv, __package__, __spec__.name)\n",
           "pkg/sub.py": "from . import other\nprint(other.x)\n", "pkg/other.py": "x = 1\n"}


@scenario(FILES)
def import_writes_a_cache_and_a_script_does_not(p):
    p.run("$PYTHON", "script.py")
    p.run("$PYTHON", "script.py")
    p.run("ls", "-R")


@scenario(FILES)
def newer_source_is_compiled_again(p):
    p.run("$PYTHON", "script.py")
    p.write("module.py", MODULE.replace("42", "43"), SOURCE_TIME + 10)
    p.run("$PYTHON", "script.py")


@scenario(FILES)
def same_time_and_size_is_not_noticed(p):
    p.run("$PYTHON", "script.py")
    p.write("module.py", MODULE.replace("42", "43"))
    p.run("$PYTHON", "script.py")
    p.write("module.py", MODULE.replace("42", "4300"))
    p.run("$PYTHON", "script.py")


@scenario(FILES)
def py_compile_returns_the_path(p):
    p.run("$PYTHON", "-c", "import py_compile; print(py_compile.compile('module.py'))")
    p.run("$PYTHON", "-c", "import py_compile; print(py_compile.compile('module.py', cfile='out/x.pyc'))")
    p.run("$PYTHON", "-c", "import py_compile; print(py_compile.compile('module.py', optimize=2, quiet=1))")
    p.run("$PYTHON", "-c", "import py_compile as c\nfor m in c.PycInvalidationMode: print(c.compile('module.py', cfile=m.name, invalidation_mode=m))")


@scenario({"bad.py": "def f(:\n", "good.py": "x = 1\n"})
def py_compile_reports_errors(p):
    p.run("$PYTHON", "-c", "import py_compile; print(py_compile.compile('bad.py'))")
    p.run("$PYTHON", "-c", "import py_compile\ntry: py_compile.compile('bad.py', doraise=True)\nexcept py_compile.PyCompileError as e: print(e.exc_type_name, e.exc_value.args, e.file, str(e))")
    p.run("$PYTHON", "-m", "py_compile", "good.py")
    p.run("$PYTHON", "-m", "py_compile", "bad.py")


@scenario({**FILES, **PACKAGE})
def compile_dir_lists_and_compiles(p):
    p.run("$PYTHON", "-c", "import compileall; print(compileall.compile_dir('.'))")
    p.run("$PYTHON", "-c", "import compileall; print(compileall.compile_dir('pkg', force=True, quiet=1))")
    p.run("$PYTHON", "-m", "compileall", ".")
    p.run("$PYTHON", "-m", "compileall", "-f", "-b", "pkg")


@scenario(FILES)
def a_pyc_runs_by_itself(p):
    p.run("$PYTHON", "-m", "py_compile", "script.py", "module.py")
    p.run("$PYTHON", "__pycache__/script.cpython-311.pyc")
    p.run("cp", "__pycache__/script.cpython-311.pyc", "alone.pyc")
    p.run("cp", "__pycache__/script.cpython-311.pyc", "odd.name")
    p.run("$PYTHON", "alone.pyc")
    p.run("$PYTHON", "odd.name")


@scenario({"say.py": "import sys\nprint(__name__, __file__, sys.argv, __loader__.__class__.__name__)\n", "bad.pyc": "garbage garbage garbage", "short.pyc": ""})
def damaged_pyc_files(p):
    p.run("$PYTHON", "bad.pyc")
    p.run("$PYTHON", "short.pyc")
    p.run("$PYTHON", "-c", "import bad")
    p.run("$PYTHON", "-m", "py_compile", "say.py")
    p.run("sh", "-c", "head -c 30 __pycache__/say.cpython-311.pyc > cut.pyc; head -c 16 __pycache__/say.cpython-311.pyc > head.pyc")
    p.run("$PYTHON", "cut.pyc", "arg")
    p.run("$PYTHON", "head.pyc")
    p.run("$PYTHON", "-c", "import cut")
    p.run("$PYTHON", "-c", "import head")


@scenario(FILES)
def optimised_files_have_names_of_their_own(p):
    for level in ("-O", "-OO"):
        p.run("$PYTHON", level, "script.py")
    p.run("$PYTHON", "script.py", env={"PYTHONOPTIMIZE": "2"})
    p.run("$PYTHON", "script.py", env={"PYTHONOPTIMIZE": "3"})


@scenario({"app/__main__.py": "import helper, sys\nprint(helper.x, sys.argv, sys.path[0], __file__)\n", "app/helper.py": "x = 7\n"})
def a_directory_and_a_zip_with_a_main(p):
    p.run("$PYTHON", "app", "a", "b")
    p.run("$PYTHON", "-m", "zipapp", "app", "-o", "app.pyz")
    p.run("$PYTHON", "app.pyz", "c")
    p.run("mv", "app.pyz", "app")
    p.run("mkdir", "empty")
    p.run("$PYTHON", "empty")
    p.run("rm", "-r", "app")


@scenario(PACKAGE)
def modules_and_packages(p):
    p.run("$PYTHON", "-m", "pkg", "x")
    p.run("$PYTHON", "-m", "pkg.sub")
    p.run("$PYTHON", "-m", "pkg.nothing")
    p.run("$PYTHON", "-m", "nothing")
    p.run("$PYTHON", "-m", "")
    p.run("$PYTHON", "-c", "import pkg.sub, sys; print(sys.path[0] == '', sys.argv)", "1", "-2")
    p.run("$PYTHON", stdin="import sys\nprint(__name__, __file__, sys.argv)\n1/0\n")
    p.run("$PYTHON", "-", "x", "-y", stdin="import sys\nprint(__name__, sys.argv)\n")


@scenario(FILES)
def no_caches_wanted(p):
    p.run("$PYTHON", "-B", "script.py")
    p.run("$PYTHON", "script.py", env={"PYTHONDONTWRITEBYTECODE": "1"})
    p.run("$PYTHON", "-c", "import sys; sys.dont_write_bytecode = True; import module")
    p.run("ls", "-R")


@scenario(FILES)
def caches_elsewhere(p):
    p.run("$PYTHON", "-X", "pycache_prefix=cache", "script.py")
    p.run("$PYTHON", "script.py", env={"PYTHONPYCACHEPREFIX": "other"})
    p.run("$PYTHON", "-X", "pycache_prefix=", "script.py", env={"PYTHONPYCACHEPREFIX": "other"})
    p.run("rm", "-rf", "cache/usr", "other/usr")  # what of the library each of them compiles differs
    p.run("$PYTHON", "-c", "import sys, importlib.util as u; sys.pycache_prefix = '/p'; print(u.cache_from_source('/a/b.py'), u.source_from_cache('/p/a/b.cpython-311.pyc'))")


@scenario(FILES)
def hash_based_files(p):
    for mode in ("CHECKED_HASH", "UNCHECKED_HASH"):
        p.run("$PYTHON", "-c", f"import py_compile; py_compile.compile('module.py', invalidation_mode=py_compile.PycInvalidationMode.{mode})")
        p.write("module.py", MODULE)
        p.run("$PYTHON", "script.py")
        p.write("module.py", MODULE.replace("42", "44"), SOURCE_TIME + 5)
        for check in ("never", "default", "always"):
            p.run("$PYTHON", "--check-hash-based-pycs", check, "script.py")
        p.write("module.py", MODULE)
    p.run("$PYTHON", "-c", "import py_compile; py_compile.compile('module.py')", env={"SOURCE_DATE_EPOCH": "1"})
    p.run("$PYTHON", "--check-hash-based-pycs", "sometimes", "-c", "1", stderr=False)


@scenario(FILES)
def read_only_trees(p):
    os.chmod(p.root, 0o555)
    # Root may write anywhere: a file in the way of the folder has the same effect.
    os.chmod(p.root, 0o755)
    p.write("__pycache__", "in the way")
    p.run("$PYTHON", "script.py")


@scenario({**FILES, **PACKAGE})
def sourceless_imports(p):
    p.run("$PYTHON", "-m", "compileall", "-q", "-b", ".")
    p.run("rm", "module.py", "pkg/__init__.py", "pkg/other.py", "pkg/sub.py", "pkg/__main__.py")
    p.run("$PYTHON", "script.py")
    p.run("$PYTHON", "-m", "pkg.sub")
    p.run("$PYTHON", "-m", "pkg")
    p.run("$PYTHON", "-c", "import module; print(module.__file__, module.__cached__, type(module.__loader__).__name__)")
    p.run("$PYTHON", "-m", "py_compile", "script.py")
    p.run("rm", "script.py")
    p.run("$PYTHON", "-c", "import sys; sys.path.insert(0, '__pycache__'); import script")


@scenario({f"many/m{i}.py": f"import many.m{i + 1}\nx = {i}\n" for i in range(40)} | {"many/m40.py": "x = 40\n", "many/__init__.py": ""})
def several_processes_import_one_tree(p):
    p.run("sh", "-c", f"for i in 1 2 3 4 5 6; do {p.interpreter} -c 'import many.m0; print(many.m0.x, many.m40.x)' & done; wait")
    p.run("find", "many", "-name", "*.pyc.*")


@scenario({**FILES, **PACKAGE})
def trees_compiled_by_cpython(p):
    p.run("$PYTHON", "-m", "compileall", "-q", ".", by="/usr/bin/python3.11")
    p.run("$PYTHON", "-v", "-c", "import module", stderr=False)
    p.run("$PYTHON", "script.py")
    p.run("$PYTHON", "-m", "pkg.sub")


OURO = sys.argv[sys.argv.index("--ouro") + 1] if "--ouro" in sys.argv else "ouro"


@scenario({**FILES, **PACKAGE})
def trees_compiled_by_ouro(p):
    p.run("$PYTHON", "-m", "compileall", "-q", ".", by=os.path.abspath(OURO))
    p.run("$PYTHON", "script.py")
    p.run("$PYTHON", "-m", "pkg.sub")
    p.run("rm", "-r", "__pycache__", "pkg/__pycache__")
    p.run("$PYTHON", "script.py", by=os.path.abspath(OURO))
    p.run("$PYTHON", "script.py")


if __name__ == "__main__":
    main(sys.argv[1:])
