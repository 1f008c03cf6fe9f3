// The texts that the grammar is read from, one per topic.
#pragma once

namespace ouro::syntax::reference {

extern const char kStatementGrammar[];
extern const char kPatternGrammar[];
extern const char kExpressionGrammar[];
extern const char kErrorGrammar[];

}  // namespace ouro::syntax::reference
