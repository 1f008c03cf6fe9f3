def gen(n):
    for i in range(n):
        yield [i]
class A:
    def __init__(self, v): self.v = [v]
    def add(self, o): return A(self.v[0] + o.v[0])
def f(a, b=2, *args, c, d=4, **kw): return [a, b, args, c, d, kw]
def work():
    out = []
    for x in gen(5): out.append(x)
    a = A(1)
    for i in range(5): a = a.add(A(i))
    out.append(a.v)
    out.append(f(1, 2, 3, 4, c=[5], e=6))
    out.append({str(k): [k] for k in range(4)})
    try:
        try: 1/0
        except ZeroDivisionError as e: raise ValueError([1]) from e
    except ValueError as e: out.append((repr(e), repr(e.__cause__)))
    s = ""
    for i in range(5): s += str(i) * 3
    out.append(s)
    def outer():
        r = yield from gen(2)
        yield r
    out.append(list(outer()))
    out.append(sorted([3,1,2], key=lambda v: [-v]))
    return out
print(work())
