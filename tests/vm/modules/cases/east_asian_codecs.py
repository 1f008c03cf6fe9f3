"""The East Asian codecs: error handlers, incremental and stream forms, states."""
import codecs
import io
import random

NAMES = """big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz iso2022_jp
iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr johab shift_jis shift_jis_2004
shift_jisx0213""".split()


def attempt(function, *arguments, **keywords):
    try:
        return ascii(function(*arguments, **keywords))
    except Exception as error:
        return f"{type(error).__name__}: {ascii(error)} {ascii(error.args)}"


def handler(error):
    print("  ", type(error).__name__, error.encoding, ascii(error.object), error.start, error.end, error.reason)
    return ("<\u3042>", error.end)


codecs.register_error("told", handler)
codecs.register_error("back", lambda error: ("!", error.start - len(error.object) + 1))
codecs.register_error("bytes", lambda error: (b"\xff?", error.end))
codecs.register_error("far", lambda error: ("", 99))
codecs.register_error("huge", lambda error: ("", 1 << 70))
codecs.register_error("bad", lambda error: 5)
codecs.register_error("list", lambda error: ([], 1))

TEXT = "a\u3042\u6f22\uac00\u4e00b~\\\n\u00e9\U00020089\U0001f600\u00ca\u0304\x1b\u00a5\udc80z"
HANDLERS = ("ignore", "replace", "xmlcharrefreplace", "backslashreplace", "told", "bytes", "far", "huge", "bad",
            "list", "surrogateescape", "unknown")
randoms = random.Random(5)
for name in NAMES:
    print(name)
    codec = codecs.lookup(name)
    for errors in HANDLERS:
        print("  encode", errors, attempt(TEXT.encode, name, errors))
    plain = "".join(c for c in TEXT if "Error" not in attempt(c.encode, name)).encode(name)
    damaged = plain[:5] + b"\xff\x80" + plain[5:] + b"\x1b$B\x30\x21\x1b$Z\x81"
    for errors in HANDLERS:
        print("  decode", errors, attempt(damaged.decode, name, errors))
    for data in (plain, damaged):
        decoder = codec.incrementaldecoder("replace")
        for i in range(0, len(data), 3):
            state = decoder.getstate()
            first = attempt(decoder.decode, data[i:i + 3])
            decoder.setstate(state)
            print("  ", state, first, attempt(decoder.decode, data[i:i + 3]) == first)
        print("  ", attempt(decoder.decode, b"", True), attempt(decoder.decode, b"\x81", True), decoder.getstate())
        decoder.reset()
        print("  ", decoder.getstate(), decoder.errors)
    encoder = codec.incrementalencoder()
    # Patch releases of CPython differ in what these two write of pairs.
    for c in ("" if name.startswith("iso2022_jp_") else "\u304b\u309a") + "a\u00ca\u0304\u00e6\u3042\uffff\u4e00~\u00e6":
        print("  ", attempt(encoder.encode, c), hex(encoder.getstate()), end=";")
    print("  ", attempt(encoder.encode, "", True), hex(encoder.getstate()))
    encoder.setstate(0x01)
    encoder.reset()
    encoder.errors = "ignore"
    print("  ", attempt(encoder.encode, "\uffffa", final=1), encoder.errors)
    for size in (-1, 1, 2, 5):
        reader = codec.streamreader(io.BytesIO(plain), "replace")
        print("  ", attempt(reader.read, size), attempt(reader.readline, size), attempt(reader.readlines, size))
    stream = io.BytesIO()
    writer = codec.streamwriter(stream, "replace")
    writer.write(TEXT)
    writer.writelines(["\u00ca", "\u0304", "\u00e6"])
    writer.reset()
    print("  ", stream.getvalue(), writer.stream is stream)
    noise = [bytes(randoms.randrange(256) for _ in range(40)) for _ in range(20)]
    print("  ", [attempt(data.decode, name, "replace") for data in noise])

# What is refused.
import _codecs_jp
import _multibytecodec

codec = _codecs_jp.getcodec("cp932")
for name in ("big5", 5, "x\0"):
    print(attempt(_codecs_jp.getcodec, name))
print(attempt(codec.encode, 5), attempt(codec.encode, "a", 5), attempt(codec.decode, "a"), attempt(codec.encode))
print(attempt(codec.decode, b"a", None), attempt(codec.decode, bytearray(b"\x82\xa0"), errors="strict"), type(codec))
print(attempt(type(codec)), attempt(_multibytecodec.MultibyteIncrementalEncoder))
decoder = codecs.getincrementaldecoder("cp932")()
encoder = codecs.getincrementalencoder("cp932")()
for state in (5, (), (b"", ""), (b"123456789", 0), (b"1", 1 << 64), (b"1", -1)):
    print(attempt(decoder.setstate, state))
for state in ("", 255, 1 << 200, -1, 0xff01):
    print(attempt(encoder.setstate, state))
print(attempt(codecs.getincrementaldecoder("cp932"), 5), attempt(codecs.getreader("cp932"), io.BytesIO(), 5))
print(attempt(setattr, decoder, "errors", 5), attempt(delattr, decoder, "errors"), attempt(setattr, codec, "x", 1))
print(attempt(codecs.getreader("cp932")(io.StringIO("a")).read), attempt(codecs.getreader("cp932")(None).read))
print(attempt(codecs.getwriter("cp932")(io.BytesIO()).writelines, 5), attempt(decoder.decode, "a"))
print(attempt(decoder.decode, b"a", "x"), attempt(codecs.getreader("cp932")(io.BytesIO()).read, "x"))


class NoCodec(_multibytecodec.MultibyteIncrementalDecoder):
    codec = 5


print(attempt(NoCodec))
