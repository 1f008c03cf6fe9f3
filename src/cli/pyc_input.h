// A .pyc file from the command line: read, checked, and every way it can be wrong as one kind of error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/workspace.h"
#include "bytecode/code_object.h"
#include "bytecode/opcodes.h"
#include "pyc/header.h"

namespace ouro::cli {

/// What is wrong with an input file.
struct InputError {
  std::string type;                // a Python exception's name
  std::string message;             // of an OSError: with the file's name in it
  std::optional<uint64_t> offset;  // in the file
};

/// "FILE: byte 20: ValueError: bad marshal data (...)", or the OSError's own words.
std::string format_input_error(const InputError& error, std::string_view path);

/// Reads a whole file, `-` being standard input; FIFOs are fine, endless devices end at a limit.
std::optional<InputError> read_input(const std::string& path, FileBuffer* buffer, FileInfo* info);

/// Whether a file's content is a .pyc's: a known magic number.
bool looks_like_pyc(std::string_view bytes);

/// Reads the header.
std::optional<InputError> parse_header(std::string_view bytes, pyc::Header* header);

/// Reads and verifies the code object behind the header. The version must be known.
std::optional<InputError> parse_code(Workspace& workspace, std::string_view bytes, const pyc::Header& header,
                                     const CodeObject** code);

}  // namespace ouro::cli
