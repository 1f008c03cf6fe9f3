"""Operations that change nothing give the text itself."""
text = "abcde"
print([("%s" % text) is text, ("%.5s" % text) is text, ("%.10s" % text) is text, ("%5s" % text) is text])
print(["{0}".format(text) is text, "{0:s}".format(text) is text, "{0:.5s}".format(text) is text, f"{text}" is text])
print([text % () is text, text.format() is text, text.replace("bc", "bc") is text, text.replace("x", "") is text])


class Text(str):
    pass


own = Text("abc")
print([type("%s" % own) is str, own % () == "abc", own.format() == "abc", type(own.replace("a", "a")) is str])
print(["%s" % "" == "", "%s%s" % ("", "x"), "%s%s" % ("x", ""), "{}{}".format("", text) is text])
