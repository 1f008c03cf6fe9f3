#include "syntax/parser.h"

#include "syntax/fast/fast_parser.h"

namespace ouro::syntax {
namespace {

/// Takes a stream of warnings again from the start and swallows those that the real sink has had already.
class ResumingSink final : public WarningSink {
 public:
  ResumingSink(WarningSink& sink, size_t given) : sink_(sink), given_(given) {}

  bool warn(const Warning& warning) override {
    if (seen_ < given_) {
      // The last one is what the filters made an error of, or the file would have been accepted.
      ++seen_;
      return seen_ == given_;
    }
    return sink_.warn(warning);
  }

 private:
  WarningSink& sink_;
  size_t given_;
  size_t seen_ = 0;
};

/// `given` is set to how many warnings have been forwarded; more than none with a null result means that the
/// last of them became an error.
Module* run_fast(Workspace& workspace, const SourceText& source, const ParseOptions& options, size_t* given) {
  *given = 0;
  fast::Scratch scratch;
  if (options.warnings == nullptr) {
    fast::FastParser parser(workspace, scratch, source, nullptr);
    return parser.parse_module(options.mode);
  }
  fast::WarningLog log(workspace.arena);
  fast::FastParser parser(workspace, scratch, source, &log);
  Module* module = parser.parse_module(options.mode);
  if (module == nullptr) return nullptr;
  bool raised = false;
  *given = log.forward(*options.warnings, &raised);
  return raised ? nullptr : module;
}

}  // namespace

Module* parse_fast(Workspace& workspace, const SourceText& source, const ParseOptions& options) {
  size_t given = 0;
  return run_fast(workspace, source, options, &given);
}

namespace {

/// Whether the fast parser, which knows only plain Python, will do.
bool is_plain(const ParseOptions& options) {
  return !options.type_comments && !options.barry_as_flufl && !options.incomplete_input &&
         options.feature_version >= kFeatureVersion;
}

}  // namespace

Result<Module*> parse(Workspace& workspace, const SourceText& source, const ParseOptions& options) {
  size_t given = 0;
  if (!is_plain(options)) return parse_reference(workspace, source, options);
  if (Module* module = run_fast(workspace, source, options, &given); module != nullptr) return module;
  if (given == 0) return parse_reference(workspace, source, options);
  ResumingSink sink(*options.warnings, given);
  ParseOptions again = options;
  again.warnings = &sink;
  return parse_reference(workspace, source, again);
}

}  // namespace ouro::syntax
