#!/usr/bin/env python3.11
"""Writes src/base/codec_tables.def: the codecs, their aliases and the single-byte tables, as python3.11 has them.

Example: python3.11 tools/generate_codec_tables.py > src/base/codec_tables.def
"""
import encodings
import encodings.aliases
import importlib
import os

KINDS = {
    "utf_8": "Utf8", "utf_8_sig": "Utf8Sig", "ascii": "Ascii", "latin_1": "Latin1", "charmap": "Latin1",
    "utf_7": "Utf7", "utf_16": "Utf16", "utf_16_le": "Utf16Le", "utf_16_be": "Utf16Be", "utf_32": "Utf32",
    "utf_32_le": "Utf32Le", "utf_32_be": "Utf32Be", "unicode_escape": "UnicodeEscape",
    "raw_unicode_escape": "RawUnicodeEscape", "undefined": "Undefined", "idna": "Unsupported",
    "punycode": "Unsupported",
}
MULTIBYTE = """big5 big5hkscs cp932 cp949 cp950 euc_jis_2004 euc_jisx0213 euc_jp euc_kr gb18030 gb2312 gbk hz
    iso2022_jp iso2022_jp_1 iso2022_jp_2 iso2022_jp_2004 iso2022_jp_3 iso2022_jp_ext iso2022_kr johab shift_jis
    shift_jis_2004 shift_jisx0213""".split()


def codecs_by_module():
    for file in sorted(os.listdir(encodings.__path__[0])):
        name = file.removesuffix(".py")
        if not file.endswith(".py") or name in ("__init__", "aliases"):
            continue
        try:
            entry = importlib.import_module("encodings." + name).getregentry()
        except (ImportError, AttributeError):  # mbcs and oem are Windows'
            continue
        yield name, entry


def decode_byte(name, byte):
    try:
        return ord(bytes([byte]).decode(name))
    except UnicodeDecodeError:
        return 0xFFFE


def print_table(name):
    units = [decode_byte(name, byte) for byte in range(256)]
    macro, start = ("HIGH_TABLE", 128) if units[:128] == list(range(128)) else ("FULL_TABLE", 0)
    print(f"{macro}({name},")
    rows = ["".join(f"\\x{unit:04X}" for unit in units[row:row + 16]) for row in range(start, 256, 16)]
    print("\n".join(f'    u"{row}"' for row in rows) + ")")


def main():
    print("// Written by tools/generate_codec_tables.py. Do not edit.")
    print("// CODEC(name, kind): what Python's `encodings` holds. CODEC_ALIAS(alias, name). Both are sorted.")
    print("// HIGH_TABLE: what bytes 128..255 mean (the others are ASCII); FULL_TABLE: all. U+FFFE: undefined.")
    tables = []
    names = []
    print("#ifdef CODEC")
    for name, entry in sorted(codecs_by_module()):
        names.append(name)
        if not entry._is_text_encoding:
            kind = "NotText"
        elif name in MULTIBYTE:
            kind = "Multibyte"
        else:
            kind = KINDS.get(name, "Charmap")
        if kind == "Charmap":
            tables.append(name)
        print(f"CODEC({name}, {kind})")
    print("#undef CODEC\n#endif\n#ifdef CODEC_ALIAS")
    for alias, name in sorted(encodings.aliases.aliases.items()):
        if name in names:
            print(f'CODEC_ALIAS("{alias}", {name})')
    print("#undef CODEC_ALIAS\n#endif\n#ifdef HIGH_TABLE")
    for name in tables:
        print_table(name)
    print("#undef HIGH_TABLE\n#undef FULL_TABLE\n#endif")


main()
