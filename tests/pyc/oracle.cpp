#include "oracle.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace ouro::pyc {

namespace {

namespace fs = std::filesystem;

// py_compile's own steps, without the file: the code object is held by a local variable while it is written,
// which is what gives the outermost object its reference flag.
constexpr const char* kCompileScript = R"PY(
import dis, glob, importlib._bootstrap_external as external, io, marshal, os, re, sys, warnings
warnings.simplefilter('ignore')
root = os.path.dirname(os.__file__)
full = bool(os.environ.get('OURO_FULL_TESTS'))
paths = sorted(glob.glob(root + '/**/*.py', recursive=True) if full else
               glob.glob(root + '/*.py')[:80] + glob.glob(root + '/test/test_[a-d]*.py')[:16])
def put(data):
    sys.stdout.buffer.write(b'%d\n' % len(data) + data)
def dis_text(data):
    text = io.StringIO()
    dis.dis(marshal.loads(data[16:]), file=text)
    return re.sub(r' at 0x[0-9a-f]+, file', ' at 0x0, file', text.getvalue()).encode()
for number, path in enumerate(paths):
    with open(path, 'rb') as file:
        source = file.read()
    for level in (0, 1, 2) if full else (number % 3,):
        name = os.path.relpath(path, root)
        try:
            code = compile(source, name, 'exec', dont_inherit=True, optimize=level)
        except (SyntaxError, ValueError):
            continue
        data = bytes(external._code_to_timestamp_pyc(code, 1234567890, len(source)))
        put(b'%s -O%d' % (name.encode(), level))
        put(data)
        put(dis_text(data))
)PY";

std::string read_all(std::FILE* pipe) {
  std::string output;
  char buffer[65536];
  while (const size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, size);
  return output;
}

std::string take(std::string_view& rest) {
  const size_t line = rest.find('\n');
  const size_t size = std::stoul(std::string(rest.substr(0, line)));
  std::string field(rest.substr(line + 1, size));
  rest.remove_prefix(line + 1 + size);
  return field;
}

std::vector<OracleFile> load() {
  std::vector<OracleFile> files;
  const auto python = find_python();
  if (!python) return files;
  const std::string output = run_python(*python, kCompileScript);
  std::string_view rest = output;
  while (!rest.empty()) {
    OracleFile file;
    file.name = take(rest);
    file.pyc = take(rest);
    file.text = take(rest);
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

std::string run_python(const std::string& python, const std::string& script, const std::string& input) {
  const fs::path base = fs::temp_directory_path() / ("ouro_pyc_oracle." + std::to_string(getpid()));
  const std::string script_path = base.string() + ".py";
  const std::string input_path = base.string() + ".in";
  std::ofstream(script_path, std::ios::binary) << script;
  std::ofstream(input_path, std::ios::binary) << input;
  const std::string command =
      "PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 " + python + " " + script_path + " < " + input_path;
  std::string output;
  if (std::FILE* pipe = popen(command.c_str(), "r")) {
    output = read_all(pipe);
    pclose(pipe);
  }
  fs::remove(script_path);
  fs::remove(input_path);
  return output;
}

const std::vector<OracleFile>& oracle_files() {
  static const std::vector<OracleFile> files = load();
  return files;
}

}  // namespace ouro::pyc
