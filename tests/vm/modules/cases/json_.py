# The package json on _json: the same values, texts and errors.
import json
d={'a':[1,2.5,None,True,'text é \U0001f600'], 'b':{'c':list(range(50))}, 'k':'x'*100}
big=[d]*20
s=json.dumps(big)
r=json.loads(s)
print(r==big, s==json.dumps(r), len(s))
for bad in '[1,', '{"a"', '{"a":', '"abc', '"\\u12"', '"\\x"', '[1 2]', '{1:2}', 'nul', '-', '1e', '[1.]', '01', '"\t"', '{"a":1,}', '[1,]', '"\\ud83d\\u00"', '{,', '':
    try: print(bad, repr(json.loads(bad)))
    except ValueError as e: print(bad, e)
print(ascii(json.loads('"\\ud83d\\ude00 \\ud83d x"')), json.loads('[1e400,-0,-0.0,1E5,123456789012345678901234567890, NaN, -Infinity]'))
print(json.dumps({1:2,None:3,True:4,2.5:6,'\x7f\x00é':'\ud800'}, sort_keys=False), json.dumps('\x7f\x00é"\\', ensure_ascii=False))
print(json.dumps({3:1,2:0},sort_keys=True, indent=2), json.dumps([float('inf')]))
for f in (lambda: json.dumps(float('nan'),allow_nan=False), lambda: json.dumps({(1,):2}), lambda: json.dumps(object()), lambda: json.dumps({(1,):2},skipkeys=True)):
    try: print(f())
    except Exception as e: print(type(e), e)
l=[]; l.append(l)
try: json.dumps(l)
except ValueError as e: print(e)
print(json.loads('{"a":{"b":1}}', object_hook=lambda d: list(d.items())), json.loads('{"a":{"b":1}}', object_pairs_hook=tuple), json.loads('[1.5,2]',parse_float=str,parse_int=repr))
