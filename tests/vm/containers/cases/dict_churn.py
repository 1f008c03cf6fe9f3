"""Dicts that keys come to and leave for ever: their tables must never fill up."""
from collections import OrderedDict

d = {}
for i in range(100):
    d[i] = i
for i in range(100, 3000):
    d[i] = i
    d.popitem()
print(len(d), -1 in d, list(d)[-1])

# What is deleted at the end and then passed over by popitem.
for i in range(3000):
    d["a", i] = 1
    d["b", i] = 2
    del d["b", i]
    d.popitem()
print(len(d), "c" in d, list(d)[:3])

# Moves to the front, with the items leaving on either side.
for leaves_last in True, False:
    for size in 3, 6, 40, 300:
        o = OrderedDict.fromkeys(range(size))
        for i in range(size, size + 2000):
            o[i] = None
            o.move_to_end(i, last=False)
            o.popitem(leaves_last)
        print(size, len(o), list(o)[:3], -1 in o)

# A model: lists of pairs.
seed = 12345
model, o = [], OrderedDict()
for step in range(6000):
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    key, action = seed >> 8 & 63, seed >> 16 & 7
    here = [k for k, _ in model]
    if action < 3:
        o[key] = step
        if key in here:
            model[here.index(key)] = (key, step)
        else:
            model.append((key, step))
    elif action == 3 and model:
        assert o.popitem() == model.pop()
    elif action == 4 and model:
        assert o.popitem(False) == model.pop(0)
    elif key in here:
        pair = model.pop(here.index(key))
        if action == 5:
            del o[key]
        else:
            o.move_to_end(key, last=action == 6)
            model.insert(len(model) if action == 6 else 0, pair)
    assert list(o.items()) == model and (key in o) == (key in dict(model))
print(len(o), list(o)[:5])
