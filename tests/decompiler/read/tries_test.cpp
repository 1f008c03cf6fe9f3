// try, with, and what leaves them.
#include "check_rebuilt.h"

namespace ouro::decompiler {
namespace {

TEST(ReadTries, Except) {
  check_rebuilt(
      {"try:\n  a()\nexcept:\n  b()\n", "try:\n  a()\nexcept E:\n  b()\nexcept (F, G) as h:\n  c(h)\n",
       "try:\n  a()\nexcept E as e:\n  pass\nelse:\n  c()\nd()\n",
       "def f():\n  try:\n    a()\n  except E:\n    if b:\n      c()\n",
       "def f():\n  try:\n    return a()\n  except E:\n    return 1\n  except F:\n    raise\n",
       "def f():\n  if a:\n    try:\n      b()\n    except E:\n      raise\n  else:\n    c()\n  return d\n"});
}

TEST(ReadTries, Finally) {
  check_rebuilt(
      {"try:\n  a()\nfinally:\n  b()\n", "try:\n  a()\nexcept E:\n  b()\nelse:\n  c()\nfinally:\n  d()\n",
       "def f():\n  try:\n    if a:\n      return b()\n    return 1\n  finally:\n    c()\n",
       "def f():\n  for i in j:\n    try:\n      if a: continue\n      if b: break\n      if c: return d\n"
       "    finally:\n      if e: g\n      elif h: k\n      else: l\n",
       "def f():\n  try:\n    a()\n  finally:\n    for b in c:\n      d()\n",
       "def f():\n  try:\n    a()\n  finally:\n    try:\n      b()\n    finally:\n      c()\n",
       "def f():\n  try:\n    return a()\n  finally:\n    def g(): pass\n    g()\n"});
}

TEST(ReadTries, FinallyWithSharedEnd) {
  check_rebuilt(
      {"def f():\n  try:\n    a()\n  finally:\n    with b(C):\n      del d.e\n  g()\n",
       "def f():\n  try:\n    a()\n  finally:\n    for b in c():\n      if d:\n        break\n",
       "def f():\n  try:\n    return a()\n  finally:\n    b() or c()\n",
       "def f():\n  try:\n    if a:\n      return b\n    elif c:\n      return d\n    else:\n      e()\n"
       "      raise g\n  finally:\n    h = None\n",
       "def f():\n  while True:\n    try:\n      if a:\n        if b: raise c\n        else: continue\n"
       "      d()\n    finally:\n      e()\n    break\n",
       "async def f():\n  for a in b:\n    async with c:\n      d()\n      continue\n",
       "async def f():\n  async with c:\n    d()\n    return\n"});
}

TEST(ReadTries, Nested) {
  check_rebuilt(
      {"try:\n  try:\n    a\n  except: b\n  else: c\n  finally: d\nexcept F: g\nelse: h\nfinally:\n"
       "  try: i\n  except J: k\nz\n",
       "try:\n  a()\nexcept E:\n  try:\n    b()\n  except F:\n    c()\n",
       "def f():\n  while True:\n    try:\n      a()\n    except E:\n      break\n    finally:\n"
       "      while b: c\n  return 1\n"});
}

TEST(ReadTries, NothingProtected) {
  check_rebuilt({"try:\n  pass\nexcept:\n  pass\n", "try:\n  pass\nfinally:\n  a()\n",
                 "def f():\n  for i in j:\n    try:\n      return 1\n    finally:\n      a()\n"});
}

TEST(ReadTries, Groups) {
  check_rebuilt(
      {"try:\n  a()\nexcept* E as e:\n  b(e)\nexcept* (F, G):\n  c()\nelse:\n  d()\nfinally:\n  g()\nh()\n",
       "def f():\n  try:\n    a()\n  except* E:\n    pass\n"});
}

TEST(ReadTries, With) {
  check_rebuilt({"with a: b\n", "with a as b, c as (d, e), f() as g.h, i as j[k]:\n  l()\nm()\n",
                 "with a:\n  with b:\n    c()\n", "with a:\n  pass\n",
                 "def f():\n  for i in j:\n    with a as b:\n      if c: continue\n      if d: break\n      "
                 "return e(b)\n",
                 "def f():\n  with a, b:\n    try:\n      return c()\n    finally:\n      d()\n",
                 "async def f():\n  async with a as b, c:\n    await d\n    if e: return 3\n"});
}

TEST(ReadTries, WithoutColumns) {
  check_readable(
      "def f():\n  try:\n    return a()\n  except E as e:\n    b()\n  else:\n    c()\n  finally:\n    d()\n");
  check_readable("def f():\n  for i in j:\n    with a as b, c:\n      if d: continue\n      return e\n");
}

}  // namespace
}  // namespace ouro::decompiler
