import struct, array, binascii
def show(f, *a, **k):
    try:
        r = f(*a, **k)
    except BaseException as e:
        r = type(e).__name__ + ': ' + str(e)
    else:
        r = ascii(r)
    print(r)
for f in ['', 'b', 'B', 'h', 'H', 'i', 'I', 'l', 'L', 'q', 'Q', 'n', 'N', 'P', '?', 'c', 's', '5s', 'p', '5p', 'e', 'f', 'd', 'x', '3x', '0s', '0i', '2h3s', 'bhilq', 'z', '5', ' b b', 'b0i', '99999999999999999999b', 'i\0']:
    for o in ['', '@', '=', '<', '>', '!']:
        print(o + f, end=' '); show(struct.calcsize, o + f)
        for v in [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65535, 65536, 2**31-1, 2**31, -2**31-1, 2**32, 2**63, 2**64, -2**63-1, 1.5, 1e300, float('inf'), b'a', b'abc', 'a', None]:
            show(struct.pack, o + f, v)
        show(struct.unpack, o + f, bytes(range(200, 200 + 8)))
show(struct.unpack, '<hhl', struct.pack('<hhl', 1, -2, 3)); show(struct.pack, 'ii', 1); show(struct.unpack_from, 'i', b'12345678', 4); show(struct.unpack_from, 'i', b'12345678', 6); show(struct.unpack_from, 'i', b'12345678', -4); show(struct.unpack_from, 'i', b'1234', -8); show(struct.unpack_from, 'i', b'1234', -2)
b = bytearray(10); show(struct.pack_into, '<hh', b, 2, 1, 2); show(lambda: b); show(struct.pack_into, '<hh', b, 8, 1, 2); show(struct.pack_into, '<hh', b, -4, 5, 6); show(lambda: b); show(struct.pack_into, 'h', b'abc', 0, 1); show(struct.pack_into, 'h'); show(struct.pack_into, 'h', b)
show(lambda: list(struct.iter_unpack('<h', b'abcdef'))); show(struct.iter_unpack, '<h', b'abc'); show(struct.iter_unpack, '', b''); s = struct.Struct('<hh'); show(lambda: (s.size, s.format, s.pack(1, 2), s.unpack(b'abcd'))); show(struct.Struct, 5); show(struct.Struct, 'é'); show(struct.Struct, b'i'); show(struct.pack); show(struct.pack, 5)
for v in [0.0, 1.0, -2.0, 65504.0, 65520.0, 5.96e-8, 2.98e-8, 1e-10, float('nan'), 0.1]: show(struct.pack, '<e', v); show(struct.unpack, '<e', struct.pack('<e', v) if abs(v) < 65510 or v != v else b'\0\0')
for c in 'bBuhHiIlLqQfd':
    a = array.array(c, 'abc' if c == 'u' else [1, 2, 3])
    show(lambda: (a, a.typecode, a.itemsize, len(a), a.tolist(), a.tobytes(), a[0], a[-1], a[1:], a[::-1], a * 2, a + a, a.index(a[1]), a.count(a[2]), a == a[:], a < a[1:], memoryview(a).format, memoryview(a).shape))
    a.append(a[0]); a.extend(a); a.insert(1, a[0]); show(lambda: a); show(a.pop); show(a.pop, 0); a.reverse(); show(lambda: a); c == 'u' or a.byteswap(); show(lambda: a); del a[0]; show(lambda: a); a[1:2] = array.array(c, a); show(lambda: a); del a[::2]; show(lambda: a)
    for v in [-1, 128, 256, 2**16, 2**31, 2**32, 2**63, 2**64, -2**63-1, 1.5, 'x', 'xy', None, b'x']:
        show(a.append, v)
    show(a.__reduce_ex__, 3) ; show(a.__reduce_ex__, 2); show(a.frombytes, b'1'); show(a.frombytes, b'12345678'); show(a.fromlist, [1, 'zz']); show(a.remove, 99); show(a.index, 99); show(lambda: list(a))
show(array.array, 'x'); show(array.array); show(array.array, 'i', 'abc'); show(array.array, 'i', b'1234'); show(array.array, 'i', [1.5]); show(array.array, 'ii'); show(array.array, 5); show(array.array, 'i', iter([1, 2])); show(lambda: hash(array.array('i'))); show(lambda: array.array('i', [1]) + array.array('h', [1])); show(lambda: array.array('i') + 5); show(lambda: array.array('i', [1])['a']); show(lambda: array.array('i', [1])[5]); import pickle, copy
show(lambda: pickle.loads(pickle.dumps(array.array('d', [1.5, 2.5])))); show(lambda: copy.copy(array.array('i', [1])))
for d in [b'', b'a', b'ab', b'abc', b'hello world' * 3, bytes(range(45)), b'=\n .\t_', b'a ' * 60 + b'\r\n', b'.\n', b'\xff=20']:
    for f in ['b2a_uu', 'b2a_base64', 'b2a_hex', 'b2a_qp', 'hexlify', 'crc32']:
        print(f, end=' '); show(getattr(binascii, f), d)
    show(binascii.crc_hqx, d, 0); show(binascii.crc32, d, 1234567); show(binascii.b2a_qp, d, True, False, True); show(binascii.b2a_base64, d, newline=False); show(binascii.b2a_uu, d, backtick=True); show(binascii.hexlify, d, '-', 2)
for d in ['', 'YQ==', 'YWI=', 'YWJj', 'YW Jj\n', 'Y', 'YQ', 'YQ=', '=YQ==', 'YQ==a', 'Y!Q==', 'Y=Q=', '616', '6162', '61zz', '#86)C', '!', '+', 'a=20b=\nc=3', '=\r\nx==', 'é']:
    for f in ['a2b_base64', 'a2b_hex', 'a2b_uu', 'a2b_qp', 'unhexlify']:
        print(f, ascii(d), end=' '); show(getattr(binascii, f), d)
    show(binascii.a2b_base64, d, strict_mode=True)
show(binascii.a2b_hex, 5); show(binascii.b2a_uu, b'x' * 46); show(binascii.b2a_hex, 'x')
