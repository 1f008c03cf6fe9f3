#include "batch/compileall.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.h"
#include "cli/argument_parser.h"
#include "cli/console.h"
#include "cli/module_search_path.h"
#include "cli/name_list.h"
#include "cli/py_modules.h"
#include "cli/regex.h"

namespace ouro::cli {

namespace {

// The options of compileall by the number that the parser gave them.
struct Numbers {
  size_t no_recursion, recursion, force, quiet, legacy, destination, strip, prepend, exclude, list, workers,
      mode, levels, link_limit, hardlink;
};

Numbers add_options(ArgumentParser& p) {
  using Action = ArgumentParser::Action;
  Numbers n{};
  n.no_recursion = p.add({.names = {"-l"}, .help = "stay out of subdirectories"});
  n.recursion = p.add({.names = {"-r"},
                       .action = Action::IntValue,
                       .metavar = "RECURSION",
                       .help = "go at most this many levels down; wins over -l"});
  n.force = p.add({.names = {"-f"}, .help = "compile even what is up to date"});
  n.quiet =
      p.add({.names = {"-q"}, .action = Action::Count, .help = "print errors only; twice: not even those"});
  n.legacy = p.add({.names = {"-b"}, .help = "write module.pyc beside module.py (as before PEP 3147)"});
  n.destination = p.add({.names = {"-d"},
                         .action = Action::Value,
                         .metavar = "DESTDIR",
                         .help = "the directory that file names in the compiled code begin with"});
  n.strip = p.add({.names = {"-s"},
                   .action = Action::Value,
                   .metavar = "STRIPDIR",
                   .help = "what to take away from the front of those names, a build root say; not with -d"});
  n.prepend = p.add({.names = {"-p"},
                     .action = Action::Value,
                     .metavar = "PREPENDDIR",
                     .help = "what to put in front of those names; not with -d"});
  n.exclude = p.add({.names = {"-x"},
                     .action = Action::Value,
                     .metavar = "REGEXP",
                     .help = "leave out files in whose path this regular expression is found"});
  n.list = p.add(
      {.names = {"-i"},
       .action = Action::Value,
       .metavar = "FILE",
       .help = "also compile the files and directories named in FILE, one a line; - is standard input"});
  n.workers = p.add({.names = {"-j", "--workers"},
                     .action = Action::IntValue,
                     .metavar = "WORKERS",
                     .help = "compile on this many threads; 0 is one per processor"});
  n.mode = p.add(
      {.names = {"--invalidation-mode"},
       .action = Action::Value,
       .help = "how a .pyc is told to be out of date; checked-hash where SOURCE_DATE_EPOCH is set, else "
               "timestamp",
       .choices = {"checked-hash", "timestamp", "unchecked-hash"}});
  n.levels = p.add(
      {.names = {"-o"},
       .action = Action::AppendInt,
       .metavar = "OPT_LEVELS",
       .help = "the optimisation levels to compile for, given once for each; -1, the default, is the one "
               "that -O says"});
  n.link_limit = p.add({.names = {"-e"},
                        .action = Action::Value,
                        .metavar = "DIR",
                        .help = "leave out symbolic links that lead out of DIR"});
  n.hardlink =
      p.add({.names = {"--hardlink-dupes"}, .help = "make equal .pyc files of several levels one file"});
  return n;
}

int fail(const ArgumentParser& parser, std::string_view text) {
  write_err(parser.error_text(text));
  return 2;
}

// Adds the names in a list file; false when it can't be read. A file's lines end as Python's text files' do,
// those of standard input in a newline.
bool read_list(const std::string& file, std::vector<std::string>* names) {
  NameListFormat format;
  format.strip = true;
  if (file != "-") format.separator = NameSeparator::AnyLineEnd;
  return read_name_list(file, format, names) == 0;
}

std::optional<std::string> value_of(const ArgumentParser::Option& option) {
  return option.given() ? std::optional(option.value()) : std::nullopt;
}

void fill_options(const ArgumentParser& parser, const Numbers& n, batch::CompileallOptions& options) {
  if (parser.option(n.no_recursion).given()) options.max_levels = 0;
  if (const auto levels = value_of(parser.option(n.recursion))) options.max_levels = std::stoi(*levels);
  options.force = parser.option(n.force).given();
  options.quiet = parser.option(n.quiet).count;
  options.legacy = parser.option(n.legacy).given();
  options.destination = value_of(parser.option(n.destination));
  options.strip = value_of(parser.option(n.strip));
  options.prepend = value_of(parser.option(n.prepend));
  options.link_limit = value_of(parser.option(n.link_limit));
  if (options.link_limit && options.link_limit->empty()) options.link_limit.reset();
  options.hardlink_duplicates = parser.option(n.hardlink).given();
  if (parser.option(n.levels).given()) {
    options.levels.clear();
    for (const std::string& level : parser.option(n.levels).values)
      options.levels.push_back(std::stoi(level));
  }
  options.mode = batch::default_invalidation_mode();
  if (const auto mode = value_of(parser.option(n.mode))) {
    options.mode = *mode == "timestamp"      ? batch::InvalidationMode::Timestamp
                   : *mode == "checked-hash" ? batch::InvalidationMode::CheckedHash
                                             : batch::InvalidationMode::UncheckedHash;
  }
}

bool compile_search_path(const PythonOptions& python, batch::CompileallOptions options) {
  options.of_search_path = true;
  options.max_levels = 0;
  options.levels = {-1};
  options.workers = 1;
  bool success = true;
  for (const std::string& directory : module_search_path(python)) {
    success = success && batch::compile_directory(directory, options);
  }
  return success;
}

}  // namespace

int run_compileall(const PythonOptions& python) {
  ArgumentParser parser("compileall.py", "Compile the Python files of directory trees to bytecode files.");
  const Numbers n = add_options(parser);
  parser.positionals(
      "FILE|DIR", "[FILE|DIR ...]",
      "files and directories to compile; none: the directories of sys.path, without those below them", false);
  parser.examples(
      "examples:\n  ouro -m compileall -q -j 0 src/         every processor, errors only\n"
      "  ouro -m compileall -o 0 -o 1 -o 2 --hardlink-dupes -s $DESTDIR -p / $DESTDIR/usr/lib/python3\n");
  const auto outcome = parser.parse(python.arguments);
  if (outcome == ArgumentParser::Outcome::Help) {
    write_out(parser.message());
    return 0;
  }
  if (outcome == ArgumentParser::Outcome::Error) {
    write_err(parser.message());
    return 2;
  }
  batch::CompileallOptions options;
  options.target = &compiler::default_target();
  options.warnings = &python.warnings;
  options.cache.prefix = python.pycache_prefix;
  options.interpreter_level = python.optimize;
  batch::ShownOnce shown_once;
  options.shown_once = &shown_once;
  options.out = write_out;
  options.err = write_err;
  fill_options(parser, n, options);
  if (const auto pattern = value_of(parser.option(n.exclude)); pattern && !pattern->empty()) {
    std::string error;
    options.excluded = compile_regex(*pattern, &error);
    if (!options.excluded) {
      write_err(fmt::format("argument -x: malformed regular expression: {}\n", error));
      return 1;
    }
  }
  if (options.levels.size() == 1 && options.hardlink_duplicates) {
    return fail(parser,
                "Hardlinking of duplicated bytecode makes sense only for more than one optimization level.");
  }
  if (options.destination && (options.strip || options.prepend)) {
    return fail(parser, "-d cannot be used in combination with -s or -p");
  }
  std::vector<std::string> names = parser.arguments();
  if (const auto list = value_of(parser.option(n.list));
      list && !list->empty() && !read_list(*list, &names)) {
    if (options.quiet < 2) write_out(fmt::format("Error reading file list {}\n", *list));
    return 1;
  }
  options.stop = catch_interrupts();
  bool success = true;
  if (names.empty()) {
    success = compile_search_path(python, options);
  } else {
    const int workers = parser.option(n.workers).given() ? std::stoi(parser.option(n.workers).value()) : 1;
    for (const std::string& name : names) {
      FileInfo info;
      const bool file = stat_file(name, &info) == 0 && info.type == FileType::Regular;
      if (!file && workers < 0) {
        write_err("argument -j: workers must be greater or equal to 0\n");
        return 1;
      }
      options.workers = file ? 1 : static_cast<unsigned>(workers);
      const bool done = file ? batch::compile_single(name, options) : batch::compile_directory(name, options);
      success = done && success;
    }
  }
  if (options.stop->load()) {
    if (options.quiet < 2) write_out("\n[interrupted]\n");
    success = false;
  }
  return success ? 0 : 1;
}

}  // namespace ouro::cli
