# What marshal.dumps gives for compiled code does not depend on collections in between.
import gc
import marshal

source = "\n".join(f"def function_{i}(a, b={i}): return 'text {i}', a + b" for i in range(300))
codes = [compile(source, f"<{i}>", "exec") for i in range(20)]
gc.collect()
churn = [bytes([i & 255]) * 500 for i in range(20_000)]
gc.collect()
for i, code in enumerate(codes):
    again = marshal.loads(marshal.dumps(code))
    assert again == code and again.co_filename == f"<{i}>", i
print("equal")
