#include "pyc/cache_path.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "oracle.h"

namespace ouro::pyc {
namespace {

TEST(CachePath, FromSource) {
  EXPECT_EQ(cache_path("a/b.py", 0), "a/__pycache__/b.cpython-311.pyc");
  EXPECT_EQ(cache_path("a/b.py", 1), "a/__pycache__/b.cpython-311.opt-1.pyc");
  EXPECT_EQ(cache_path("b.py", 2), "__pycache__/b.cpython-311.opt-2.pyc");
  EXPECT_EQ(cache_path("/b/c.d.py", 0), "/b/__pycache__/c.d.cpython-311.pyc");
  EXPECT_EQ(legacy_path("a/b.py"), "a/b.pyc");
  EXPECT_EQ(cache_path_with_tag("b.py", "x1"), "__pycache__/b.cpython-311.opt-x1.pyc");
  EXPECT_EQ(cache_path_with_tag("b.py", "x-1"), std::nullopt);
}

TEST(CachePath, Guess) {
  EXPECT_EQ(guess_source_path("a/__pycache__/b.cpython-311.pyc"), "a/b.py");
  EXPECT_EQ(guess_source_path("a/b.pyc"), "a/b.py");
  EXPECT_EQ(guess_source_path("a/b"), std::nullopt);
}

// Every combination, in both directions, against importlib.
TEST(CachePath, AgreesWithImportlib) {
  OURO_REQUIRE_PYTHON();
  constexpr const char* kScript = R"PY(
import importlib.util as u, itertools, os, sys
os.chdir('/')
heads = ['', 'a/', '/r/', '/', 'a//', '/r/b///', './', '../x/', '/pre/q/']
tails = ['m.py', 'm', '.m', 'm.', 'a.b.c', '.a.b', 'm.PY']
names = ['m.cpython-311.pyc', 'm.cpython-311.opt-2.pyc', 'm.pyc', 'm.a.b.pyc', 'm.a.opt-.pyc', 'm.a.opt-x!.pyc',
         'a.b.c.d.pyc', '..x', 'm.cpython-38.opt-1.pyc']
for prefix in (None, '/pre', 'rel/', '/pre//'):
    sys.pycache_prefix = prefix
    for head, tail, opt in itertools.product(heads, tails, ('', '1')):
        try: result = u.cache_from_source(head + tail, optimization=opt)
        except IndexError: continue
        print('C', prefix or '-', head + tail, opt or '-', result, sep='\t')
    for head, name in itertools.product(heads, names):
        for middle in ('__pycache__/', 'x/__pycache__/', ''):
            try: result = u.source_from_cache(head + middle + name)
            except ValueError as error: result = '!' + str(error)
            print('S', prefix or '-', head + middle + name, '-', result, sep='\t')
)PY";
  const std::string output = run_python(*find_python(), kScript);
  std::string_view rest = output;
  ASSERT_EQ(chdir("/"), 0);
  size_t count = 0;
  while (!rest.empty()) {
    std::string fields[5];
    for (int i = 0; i < 5; ++i) {
      const size_t end = rest.find(i < 4 ? '\t' : '\n');
      fields[i] = rest.substr(0, end);
      rest.remove_prefix(end + 1);
    }
    CachePathOptions options;
    if (fields[1] != "-") options.prefix = fields[1];
    std::string got;
    if (fields[0] == "C") {
      got = *cache_path_with_tag(fields[2], fields[3] == "-" ? "" : fields[3], options);
    } else {
      std::string error;
      const auto source = source_path(fields[2], options, &error);
      got = source ? *source : "!" + error;
    }
    EXPECT_EQ(got, fields[4]) << fields[0] << " " << fields[1] << " " << fields[2];
    ++count;
  }
  EXPECT_GT(count, 1000u);
}

}  // namespace
}  // namespace ouro::pyc
