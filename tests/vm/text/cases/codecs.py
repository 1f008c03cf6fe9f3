import codecs
def show(f, *a, **k):
    try:
        r = f(*a, **k)
    except BaseException as e:
        r = type(e).__name__ + ': ' + str(e)
    else:
        r = ascii(r)
    print(r)
encs = ['utf-8', 'utf-16', 'utf-16-le', 'utf-16-be', 'utf-32', 'utf-32-le', 'utf-32-be', 'utf-7', 'ascii', 'latin-1', 'unicode_escape', 'raw_unicode_escape', 'cp1252', 'utf-8-sig', 'cp437', 'koi8-r', 'mac_roman', 'punycode', 'idna']
texts = ['', 'abc', 'é', '\u20ac', '😀', 'a\ud800b', '\udc80', '\ufeffx', '\\n\t', 'x' * 50 + '\u0100', '+-~', '\U0010ffff\x00']
datas = [b'', b'abc', b'\xff', b'\xc3\xa9', b'\xc3', b'\xe2\x82', b'\xe2\x82\xac', b'\xed\xa0\x80', b'\xf0\x9f\x98\x80', b'\xf0\x9f', b'a\x80b\x81', b'\xff\xfea\x00', b'\xfe\xff\x00a', b'a\x00b', b'\x00\xd8', b'\x00\xdc', b'\x00\xd8a\x00', b'\\x41\\u00e9\\U0001f600\\N{DIGIT ONE}\\101\\n', b'\\x4', b'\\u12', b'\\N{foo}', b'\\N', b'\\', b'\\q', b'+AGE-', b'+AGE', b'+', b'+-', b'+2AA-', b'+AB!', b'\xef\xbb\xbfabc', b'\x00\x00\xfe\xff\x00\x00\x00a', b'\xff\xfe\x00\x00a\x00\x00\x00', b'\x00\x00\x11\x00']
errs = ['strict', 'ignore', 'replace', 'xmlcharrefreplace', 'backslashreplace', 'namereplace', 'surrogateescape', 'surrogatepass', 'nosuch']
for enc in encs:
    for t in texts:
        for e in errs:
            print(enc, ascii(t), e, end=' ')
            show(t.encode, enc, e)
    for d in datas:
        for e in errs:
            print(enc, d, e, end=' ')
            show(d.decode, enc, e)
for enc in ['utf-8', 'utf-16', 'utf-32', 'utf-7', 'unicode_escape', 'raw_unicode_escape', 'utf-8-sig', 'utf-16-be']:
    for t in texts:
        try: data = t.encode(enc, 'surrogatepass')
        except Exception: continue
        dec = codecs.getincrementaldecoder(enc)('surrogatepass')
        try:
            out = [dec.decode(data[i:i+1], i == len(data) - 1) for i in range(len(data))]
        except Exception as e: out = str(e)
        print(enc, ascii(t), ascii(out))
        enc_ = codecs.getincrementalencoder(enc)('replace')
        print([enc_.encode(c) for c in t])
def h(exc):
    return ('<%d-%d %s>' % (exc.start, exc.end, exc.reason), exc.end)
codecs.register_error('test.h', h)
def h2(exc): return (b'?!', exc.end)
codecs.register_error('test.h2', h2)
def h3(exc): return ('x', 100)
codecs.register_error('test.h3', h3)
def h4(exc): return 'x'
codecs.register_error('test.h4', h4)
def h5(exc): return ('\u1234', exc.end)
codecs.register_error('test.h5', h5)
for e in ['test.h', 'test.h2', 'test.h3', 'test.h4', 'test.h5']:
    for enc in ['ascii', 'latin-1', 'utf-8', 'utf-16', 'cp1252']:
        print(e, enc, end=' '); show('a\ud800\u1234\udc80b'.encode, enc, e)
        print(e, enc, end=' '); show(b'a\xff\x81b\xc3'.decode, enc, e)
show(lambda: codecs.lookup('utf-8').name); show(codecs.lookup, 'no-such'); show(codecs.lookup, 'a\0b'); show(codecs.lookup, 5)
show(codecs.lookup_error, 'nope'); show(lambda: codecs.lookup_error('strict').__name__)
show(codecs.encode, 'abc', 'rot13'); show(codecs.decode, b'616263', 'hex'); show(codecs.encode, b'abc', 'hex'); show('abc'.encode, 'hex'); show(b'abc'.decode, 'rot13'); show(codecs.decode, b'xyz', 'hex'); show(codecs.encode, b'abc', 'base64'); show(codecs.encode, b'x', 'utf-8')
show(codecs.escape_decode, rb'a\n\x41\101\q'); show(codecs.escape_encode, b"a'\n\xff\\"); show(codecs.escape_decode, b'\\x4'); show(codecs.escape_decode, b'\\x4', 'replace'); show(codecs.escape_decode, b'\\')
show(codecs.charmap_build, 'abc'); show(codecs.charmap_decode, b'\x00\x01\x02', 'strict', 'ab'); show(codecs.charmap_decode, b'\x00\x01', 'strict', {0: 'xx', 1: None}); show(codecs.charmap_encode, 'ab', 'strict', {97: 1, 98: b'zz'}); show(codecs.charmap_encode, 'ab', 'strict', {97: 1}); show(codecs.charmap_encode, 'ab', 'strict', {97: 300}); show(codecs.charmap_encode, 'ab', 'strict', {97: 'x'})
for n in ['utf_8', 'utf_16', 'utf_32', 'ascii', 'latin_1']:
    show(getattr(codecs, n + '_encode'), 'aé'); show(getattr(codecs, n + '_decode'), b'abcd'); show(getattr(codecs, n + '_decode'), 5); show(getattr(codecs, n + '_encode'), b'x')
for hn in errs[:-1]:
    f = codecs.lookup_error(hn)
    for exc in [UnicodeEncodeError('ascii', 'a\u1234\ud800b', 1, 3, 'oops'), UnicodeDecodeError('utf-8', b'a\xff\xfeb', 1, 3, 'oops'), UnicodeTranslateError('abcd', 1, 3, 'oops'), ValueError('x')]:
        print(hn, end=' '); show(f, exc)
import unicodedata
for c in 'aA1²½éß\u0301\u20ac\u3042\uac00\u4e00\U0001f600\ue000\u0378\ud800Ⅷǆ\xa0ﬁ\U0001fae8':
    print(ascii(c), unicodedata.category(c), unicodedata.bidirectional(c), unicodedata.combining(c), unicodedata.mirrored(c), unicodedata.east_asian_width(c), unicodedata.decomposition(c), unicodedata.name(c, None), unicodedata.decimal(c, None), unicodedata.digit(c, None), unicodedata.numeric(c, None), [ascii(unicodedata.normalize(f, c)) for f in ('NFC', 'NFD', 'NFKC', 'NFKD')], unicodedata.ucd_3_2_0.category(c))
show(unicodedata.lookup, 'SNOWMAN'); show(unicodedata.lookup, 'nope'); show(unicodedata.name, '\0'); show(unicodedata.category, 'ab'); show(unicodedata.category, 5); show(unicodedata.normalize, 'X', 'a'); show(unicodedata.decimal, 'a'); show(unicodedata.is_normalized, 'NFC', 'e\u0301')
print(unicodedata.unidata_version, unicodedata.ucd_3_2_0.unidata_version)

