#include "cli/help.h"

namespace ouro::cli {

constexpr std::string_view kHelp = R"(usage: ouro VERB [ARGUMENT]...
       ouro [OPTION]... [-c CMD | -m MODULE | FILE.py | FILE.pyc | DIR | ZIP | -] [ARGUMENT]...

Python 3.11 from source to bytecode to running program.

verbs (each has --help):
  compile PATH...       compile source to .pyc files, byte for byte CPython's
  decompile FILE...     turn .pyc files back into source, and prove it by compiling it again
  dis FILE              disassemble a .py or .pyc file
  inspect FILE...       what a .pyc file is: version, source, size, fresh or stale

python's own options:
  -b                    warn of str(bytes) and of comparing bytes with str; -bb: errors
  -B                    write no .pyc files
  -c CMD                run CMD; the rest are its arguments
  -E                    ignore the PYTHON* environment variables
  -i                    go on interactively after the program
  -I                    isolated: -E, -P and -s
  -m MODULE             run a library module (py_compile and compileall run natively)
  -O, -OO               no asserts; also no docstrings
  -P                    put no unsafe directory before sys.path
  -q                    no version when interactive
  -s                    no directory of the user's own in sys.path
  -S                    do not import site
  -u                    standard output and error unbuffered
  -v                    tell of every import; -vv of every file looked at
  -V                    the version; -VV more of it
  -W FILTER             a warning filter: action:message:category:module:line
  -x                    skip the source's first line
  -X NAME[=VALUE]       one more option, see --help-xoptions
  --check-hash-based-pycs always|default|never
                        whether hash-based .pyc files are compared with their sources
  --help-env, --help-xoptions, --help-all

examples:
  ouro script.py        ouro -m json.tool FILE        ouro __pycache__/module.cpython-311.pyc
  ouro compile -j 0 src/                              ouro decompile -o recovered/ lib/
)";

constexpr std::string_view kEnvironmentHelp = R"(environment variables:
PYTHONBREAKPOINT          what breakpoint() calls; 0: nothing
PYTHONCOERCECLOCALE       0: keep the C locale; warn: say when it is replaced
PYTHONDEBUG               -d
PYTHONDEVMODE             -X dev
PYTHONDONTWRITEBYTECODE   -B
PYTHONFAULTHANDLER        -X faulthandler
PYTHONHASHSEED            a number: hashes of text are the same in every run
PYTHONHOME                the directory above lib/python3.11
PYTHONINSPECT             -i
PYTHONINTMAXSTRDIGITS     -X int_max_str_digits
PYTHONIOENCODING          ENCODING[:ERRORS] of the standard streams
PYTHONNOUSERSITE          -s
PYTHONOPTIMIZE            -O; a number: so many of them
PYTHONPATH                directories that come first in sys.path
PYTHONPLATLIBDIR          the name lib, in lib/python3.11
PYTHONPROFILEIMPORTTIME   -X importtime
PYTHONPYCACHEPREFIX       -X pycache_prefix
PYTHONSAFEPATH            -P
PYTHONSTARTUP             a script that runs before an interactive session
PYTHONUNBUFFERED          -u
PYTHONUSERBASE            where the user's own site-packages are
PYTHONUTF8                -X utf8
PYTHONVERBOSE             -v
PYTHONWARNDEFAULTENCODING -X warn_default_encoding
PYTHONWARNINGS            -W, separated by commas
)";

constexpr std::string_view kXOptionsHelp = R"(-X options:
-X dev                    development mode: all warnings, and faulthandler
-X faulthandler           tracebacks when the process is killed by a fault
-X frozen_modules=on|off  whether the start of the library comes from the archive
-X importtime             how long each import takes
-X int_max_str_digits=N   the limit on digits between int and text; 0: none
-X ouro-max-memory=BYTES  MemoryError beyond it; K, M and G may follow the number
-X ouro-max-time=SECONDS  end the program after so much processor time
-X pycache_prefix=DIR     where .pyc files go, instead of __pycache__
-X utf8[=0]               UTF-8 mode, whatever the locale is
-X warn_default_encoding  EncodingWarning for text files opened without an encoding
)";

}  // namespace ouro::cli
