// Patterns of match statements: their captures bind names of the scope around.
#include "compiler/symbols/collector.h"

namespace ouro::compiler {

using namespace syntax;

Status Collector::pattern(const Pattern& node) {
  if (++depth_ > max_depth_) return tree_too_deep(workspace_);
  const Status status = pattern_at_level(node);
  --depth_;
  return status;
}

Status Collector::patterns(Patterns list) {
  for (const Pattern* node : list) OURO_TRY_STATUS(pattern(*node));
  return {};
}

Status Collector::capture(Name name, const Range& where) {
  return name == Name::none ? Status() : define(name, kDefLocal, where);
}

Status Collector::pattern_at_level(const Pattern& node) {
  switch (node.kind) {
    case PatternKind::MatchValue:
      return expression(*node.as<MatchValuePattern>()->value);
    case PatternKind::MatchSingleton:
      return {};
    case PatternKind::MatchSequence:
      return patterns(node.as<MatchSequencePattern>()->patterns);
    case PatternKind::MatchStar:
      return capture(node.as<MatchStarPattern>()->name, node.range);
    case PatternKind::MatchMapping: {
      const auto& mapping = *node.as<MatchMappingPattern>();
      OURO_TRY_STATUS(expressions(mapping.keys));
      OURO_TRY_STATUS(patterns(mapping.patterns));
      return capture(mapping.rest, node.range);
    }
    case PatternKind::MatchClass: {
      const auto& match_class = *node.as<MatchClassPattern>();
      OURO_TRY_STATUS(expression(*match_class.cls));
      OURO_TRY_STATUS(patterns(match_class.patterns));
      return patterns(match_class.kwd_patterns);
    }
    case PatternKind::MatchAs: {
      const auto& match_as = *node.as<MatchAsPattern>();
      if (match_as.pattern != nullptr) OURO_TRY_STATUS(pattern(*match_as.pattern));
      return capture(match_as.name, node.range);
    }
    case PatternKind::MatchOr:
      return patterns(node.as<MatchOrPattern>()->patterns);
  }
  return {};
}

}  // namespace ouro::compiler
