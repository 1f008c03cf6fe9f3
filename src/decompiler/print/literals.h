// All the ways to write a constant.
#pragma once

#include <string>
#include <vector>

#include "base/workspace.h"
#include "decompiler/print/printer.h"

namespace ouro::decompiler {

/// How the body of a string is written.
struct StringStyle {
  char quote = '\'';
  bool triple = false;            // three quotes, newlines as they are
  bool raw = false;               // backslashes as they are
  bool escape_unicode = false;    // beyond ASCII as \x, \u, \U
  bool escape_quotes = false;     // the other quote, too
  bool octal = false;             // control characters as \0, \33
  bool octal3 = false;            // as \000, \033
  bool literal_controls = false;  // as they are, but NUL, newline and carriage return
  bool short_backslash = false;   // one backslash where what follows makes no escape of it
  bool upper_hex = false;
  size_t escaped_newlines = 0;  // triple: so many newlines at the start are written \n
};

/// The body of a string literal; nothing where the style cannot hold the text.
bool write_body(std::string_view text, bool bytes, const StringStyle& style, std::string& out);
/// A whole literal.
bool write_string(std::string_view text, bool bytes, const StringStyle& style, std::string& out);

/// One line, as one would write it; never fails. `forbidden` is a quote that may not occur (0: none).
std::string natural_string(std::string_view text, bool bytes, char preferred = '\'');
/// The shortest one on one line.
std::string shortest_string(std::string_view text, bool bytes);
/// A sum of literals and repetitions of literals, as short as is found; empty where nothing repeats.
/// Blanks may stand at `gap`.
std::string repeated_string(std::string_view text, bool bytes, Level* level, size_t* gap);
/// One line of exactly `width` bytes; false where there is none.
bool string_of_width(std::string_view text, bool bytes, size_t width, std::string& out);
/// A literal in three quotes over `newlines` line ends whose last line is `last_column` wide; false where
/// there is none. With `last_column` below zero, any width does.
bool string_of_lines(std::string_view text, bool bytes, size_t newlines, int32_t last_column,
                     std::string& out);

/// Numbers and singletons.
std::string natural_number(const Constant& value);
std::string shortest_number(const Constant& value);
/// The same, where operators are welcome.
std::string shortest_expression(Workspace& workspace, const Constant& value);
Level number_level(std::string_view text);
/// A text of exactly `width` bytes that is or folds to the number, of level `wanted` or above if there is
/// one.
bool number_of_width(Workspace& workspace, const Constant& value, size_t width, bool literal_only,
                     std::string& out, Level* level, Level wanted = kTest);

}  // namespace ouro::decompiler
