"""Marshal data that refers to what is not complete yet, and constants nested without end."""
import marshal

REF = b'r\0\0\0\0'
def load(data):
    try:
        return marshal.loads(data)
    except Exception as error:
        return error
for data in (b'\xa9\x01[\x02\0\0\0' + REF + REF, b'\xa9\x02N' + REF, b'\xa9\x01<\x01\0\0\0' + REF,
             b'\xa9\x02i\1\0\0\0<\x01\0\0\0' + REF, b'\xa9\x01{' + REF + b'N0'):
    value = load(data)
    assert type(value) is tuple, value
for code in b'aAzZuts':  # text that is not what it claims to be
    for text in (b'\xff\xfe', b'\xe2\x82', b'\xf0\x9f\x98\x80\x80', b'\xed\xa0\x80'):
        size = bytes([len(text)]) if code in b'zZ' else len(text).to_bytes(4, 'little')
        load(bytes([code]) + size + text)
f = lambda: 0
t = ()
for i in range(100000):
    t = (t,)
f.__code__.replace(co_consts=(0, t))
t = ('a' * 3,)
for i in range(60):
    t = (t, t)
f.__code__.replace(co_consts=(0, t))
print("survived")
