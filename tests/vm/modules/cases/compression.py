# zlib: one call, step by step, dictionaries, copies, errors.
import zlib

data = b"".join(b"line %d of %d\n" % (i, i * i) for i in range(3000))


def show(label, function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
        print(label, result if not isinstance(result, bytes) or len(result) < 40 else (len(result), zlib.crc32(result)))
    except Exception as error:
        print(label, type(error).__module__, type(error).__name__, error)


for level in (-1, 0, 1, 6, 9, 10):
    for window in (15, -15, 31, 9, 40):
        show((level, window), zlib.compress, data, level, wbits=window)
packed = zlib.compress(data)
show("all", zlib.decompress, packed)
show("cut", zlib.decompress, packed[:-3])
show("bad", zlib.decompress, b"abc")
show("empty", zlib.decompress, b"")
show("raw", zlib.decompress, zlib.compress(data, wbits=-15), -15)
show("gzip", zlib.decompress, zlib.compress(data, wbits=31), 47)
show("size", zlib.decompress, packed, bufsize=1)
show("size", zlib.decompress, packed, bufsize=-1)
show("text", zlib.compress, "text")
show("sums", lambda: (zlib.adler32(data), zlib.crc32(data), zlib.crc32(data, -5), zlib.adler32(b"", 2**40 + 7)))

for arguments in (dict(), dict(level=1), dict(wbits=-9, memLevel=1), dict(strategy=zlib.Z_HUFFMAN_ONLY),
                  dict(zdict=b"line of"), dict(level=99), dict(method=3), dict(zdict="x")):
    try:
        out = zlib.compressobj(**arguments)
    except Exception as error:
        print(arguments, type(error).__name__, error)
        continue
    parts = [out.compress(data[:9000]), out.flush(zlib.Z_SYNC_FLUSH)]
    other = out.copy()
    parts += [out.compress(data[9000:]), out.flush()]
    print(arguments, [len(p) for p in parts], zlib.crc32(b"".join(parts)), len(other.flush()))
    show("closed", out.compress, b"x")

step = zlib.decompressobj()
print(step.eof, step.unused_data, step.unconsumed_tail)
first = step.decompress(packed, 1000)
twin = step.copy()
print(len(first), len(step.unconsumed_tail), step.eof)
print(len(step.flush()), step.eof, len(twin.decompress(twin.unconsumed_tail + b"more")), twin.unused_data)
show("limit", step.decompress, b"", -1)
show("flush", step.flush, 0)
show("dictionary", zlib.decompressobj, zdict=1)
with_dictionary = zlib.compressobj(zdict=b"line of")
packed = with_dictionary.compress(data) + with_dictionary.flush()
show("wanted", zlib.decompressobj().decompress, packed)
show("given", zlib.decompressobj(zdict=b"line of").decompress, packed)
show("wrong", zlib.decompressobj(zdict=b"other").decompress, packed)
show("bits", zlib.decompressobj, 99)
show("new", type(zlib.compressobj()))
