// What CPython tells apart among the things that are not Python, in the notation of grammar.h. These rules
// run only in the second pass; the order of their alternatives decides which error wins.
#include "syntax/reference/grammar_text.h"

namespace ouro::syntax::reference {

const char kErrorGrammar[] = R"G(

-- Calls and expressions.

invalid_arguments =
    (((starred_expression | (assignment_expression | expression !':=') !'=') % ',' ',' kwargs) | kwargs)
      ',' $'*' -> error_at `iterable argument unpacking follows keyword argument unpacking`
  | $expression $for_if_clauses ',' (args | expression for_if_clauses)?
      -> error_generator `Generator expression must be parenthesized`
  | $NAME $'=' expression for_if_clauses
      -> error_range `invalid syntax. Maybe you meant '==' or ':=' instead of '='?`
  | $args $for_if_clauses -> bare_generator_argument
  | args ',' $expression $for_if_clauses -> error_generator `Generator expression must be parenthesized`
  | $args ',' args -> argument_after_keyword ;
invalid_kwarg =
    $('True' | 'False' | 'None') $'=' -> error_range `cannot assign to %t`
  | $NAME $'=' expression for_if_clauses
      -> error_range `invalid syntax. Maybe you meant '==' or ':=' instead of '='?`
  | !(NAME '=') $expression $'='
      -> error_range `expression cannot contain assignment, perhaps you meant "=="?` ;

expression_quiet quiet = $disjunction 'if' $disjunction 'else' $expression -> conditional | disjunction | lambda ;
invalid_legacy_expression = $NAME !'(' $star_expressions -> legacy_statement ;
invalid_expression =
    !(NAME STRING | SOFT_KEYWORD) $disjunction $expression_quiet -> forgotten_comma
  | $disjunction 'if' $disjunction !('else' | ':') -> error_range `expected 'else' after 'if' expression` ;
invalid_named_expression memo =
    $expression ':=' expression -> error_at `cannot use assignment expressions with %n`
  | $NAME '=' $bitwise_or !('=' | ':=')
      -> error_range `invalid syntax. Maybe you meant '==' or ':=' instead of '='?`
  | !(list | tuple | genexp | 'True' | 'None' | 'False') $bitwise_or '=' bitwise_or !('=' | ':=')
      -> error_at `cannot assign to %n here. Maybe you meant '==' instead of '='?` ;
invalid_group =
    '(' $starred_expression ')' -> error_at `cannot use starred expression here`
  | '(' $'**' expression ')' -> error_at `cannot use double starred expression here` ;
invalid_comprehension =
    ('[' | '(' | '{') $starred_expression for_if_clauses
      -> error_at `iterable unpacking cannot be used in comprehension`
  | ('[' | '{') $star_named_expression ',' $star_named_expressions for_if_clauses
      -> error_range `did you forget parentheses around the comprehension target?`
  | ('[' | '{') $star_named_expression $',' for_if_clauses
      -> error_range `did you forget parentheses around the comprehension target?` ;
invalid_dict_comprehension = '{' $'**' bitwise_or for_if_clauses '}'
      -> error_at `dict unpacking cannot be used in dict comprehension` ;
invalid_key_values =
    key_value_or_unpacking % ',' ',' invalid_key_value
  | expression ':' $'*' bitwise_or -> error_from `cannot use a starred expression in a dictionary value`
  | expression $':' &('}' | ',') -> error_at `expression expected after dictionary key and ':'` ;
invalid_key_value =
    $expression !':' -> missing_colon_after_key
  | expression ':' $'*' bitwise_or -> error_from `cannot use a starred expression in a dictionary value`
  | expression $':' &('}' | ',') -> error_at `expression expected after dictionary key and ':'` ;

-- Targets.

invalid_assignment =
    $invalid_annotation_target ':' expression -> error_at `only single target (not %n) can be annotated`
  | $star_named_expression ',' star_named_expressions* ':' expression
      -> error_at `only single target (not tuple) can be annotated`
  | $expression ':' expression -> error_at `illegal target for annotation`
  | (star_targets '=')* $star_expressions '=' -> invalid_store_target
  | (star_targets '=')* $yield_expr '=' -> error_at `assignment to yield expression not possible`
  | $star_expressions augmented_op (yield_expr | star_expressions)
      -> error_at `'%n' is an illegal expression for augmented assignment` ;
invalid_annotation_target = list | tuple | '(' $invalid_annotation_target ')' ;
invalid_del        = 'del' $star_expressions -> invalid_del_target ;
invalid_with_item  = expression 'as' $expression &(',' | ')' | ':') -> invalid_store_target ;
invalid_for_target = 'async'? 'for' $star_expressions -> invalid_loop_target ;
invalid_import_targets = import_as_names ',' NEWLINE
      -> error `trailing comma not allowed without surrounding parentheses` ;

-- Parameters.

invalid_parameters =
    param_plain* invalid_parameters_helper $param_plain
      -> error_at `non-default argument follows default argument`
  | param_plain* $'(' param_plain+ ','? $')' -> error_range `Function parameters cannot be parenthesized`
  | $'/' ',' -> error_at `at least one argument must precede /`
  | (slash_plain | slash_default) param_maybe* $'/' -> error_at `/ may appear only once`
  | (slash_plain | slash_default)? param_maybe* '*' (',' | param_plain) param_maybe* $'/'
      -> error_at `/ must be ahead of *`
  | param_maybe+ '/' $'*' -> error_at `expected comma between / and *` ;
invalid_parameters_helper = slash_default | param_default+ ;
invalid_default  = $'=' &(')' | ',') -> error_at `expected default value expression` ;
invalid_star_etc =
    $'*' (')' | ',' (')' | '**')) -> error_at `named arguments must follow bare *`
  | '*' ',' TYPE_COMMENT -> error `bare * has associated type comment`
  | '*' param $'=' -> error_at `var-positional argument cannot have default value`
  | '*' (param_plain | ',') param_maybe* $'*' (param_plain | ',') -> error_at `* argument may appear only once` ;
invalid_kwds =
    '**' param $'=' -> error_at `var-keyword argument cannot have default value`
  | '**' param ',' $param -> error_at `arguments cannot follow var-keyword argument`
  | '**' param ',' $('*' | '**' | '/') -> error_at `arguments cannot follow var-keyword argument` ;

invalid_lambda_parameters =
    lambda_param_plain* invalid_lambda_parameters_helper $lambda_param_plain
      -> error_at `non-default argument follows default argument`
  | lambda_param_plain* $'(' lambda_param % ',' ','? $')'
      -> error_range `Lambda expression parameters cannot be parenthesized`
  | $'/' ',' -> error_at `at least one argument must precede /`
  | (lambda_slash_plain | lambda_slash_default) lambda_param_maybe* $'/' -> error_at `/ may appear only once`
  | (lambda_slash_plain | lambda_slash_default)? lambda_param_maybe* '*' (',' | lambda_param_plain)
      lambda_param_maybe* $'/' -> error_at `/ must be ahead of *`
  | lambda_param_maybe+ '/' $'*' -> error_at `expected comma between / and *` ;
invalid_lambda_parameters_helper = lambda_slash_default | lambda_param_default+ ;
invalid_lambda_star_etc =
    '*' (':' | ',' (':' | '**')) -> error `named arguments must follow bare *`
  | '*' lambda_param $'=' -> error_at `var-positional argument cannot have default value`
  | '*' (lambda_param_plain | ',') lambda_param_maybe* $'*' (lambda_param_plain | ',')
      -> error_at `* argument may appear only once` ;
invalid_lambda_kwds =
    '**' lambda_param $'=' -> error_at `var-keyword argument cannot have default value`
  | '**' lambda_param ',' $lambda_param -> error_at `arguments cannot follow var-keyword argument`
  | '**' lambda_param ',' $('*' | '**' | '/') -> error_at `arguments cannot follow var-keyword argument` ;

-- Compound statements.

invalid_block = NEWLINE !INDENT -> indent_error `expected an indented block` ;
invalid_if =
    'if' named_expression NEWLINE -> error `expected ':'`
  | $'if' named_expression ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'if' statement on line %l` ;
invalid_elif =
    'elif' named_expression NEWLINE -> error `expected ':'`
  | $'elif' named_expression ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'elif' statement on line %l` ;
invalid_else = $'else' ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'else' statement on line %l` ;
invalid_while =
    'while' named_expression NEWLINE -> error `expected ':'`
  | $'while' named_expression ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'while' statement on line %l` ;
invalid_for =
    'async'? 'for' star_targets 'in' star_expressions NEWLINE -> error `expected ':'`
  | 'async'? $'for' star_targets 'in' star_expressions ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'for' statement on line %l` ;
invalid_def = 'async'? $'def' NAME '(' params? ')' ('->' expression)? ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after function definition on line %l` ;
invalid_class_def =
    'class' NAME ('(' arguments? ')')? NEWLINE -> error `expected ':'`
  | $'class' NAME ('(' arguments? ')')? ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after class definition on line %l` ;
invalid_with =
    'async'? 'with' (expression ('as' star_target)?) % ',' NEWLINE -> error `expected ':'`
  | 'async'? 'with' '(' (expressions ('as' star_target)?) % ',' ','? ')' NEWLINE -> error `expected ':'` ;
invalid_double_type_comments = TYPE_COMMENT NEWLINE TYPE_COMMENT NEWLINE INDENT
      -> error `Cannot have two type comments on def` ;
invalid_with_indent =
    'async'? $'with' (expression ('as' star_target)?) % ',' ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'with' statement on line %l`
  | 'async'? $'with' '(' (expressions ('as' star_target)?) % ',' ','? ')' ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'with' statement on line %l` ;

invalid_try =
    $'try' ':' NEWLINE !INDENT -> indent_error `expected an indented block after 'try' statement on line %l`
  | 'try' ':' block !('except' | 'finally') -> error `expected 'except' or 'finally' block`
  | 'try' ':' block* except_block+ $'except' $'*' expression ('as' NAME)? ':'
      -> error_range `cannot have both 'except' and 'except*' on the same 'try'`
  | 'try' ':' block* except_star_block+ $'except' (expression ('as' NAME)?)? ':'
      -> error_at `cannot have both 'except' and 'except*' on the same 'try'` ;
invalid_except =
    'except' '*'? $expression ',' expressions ('as' NAME)? ':'
      -> error_from `multiple exception types must be parenthesized`
  | 'except' '*'? expression ('as' NAME)? NEWLINE -> error `expected ':'`
  | 'except' NEWLINE -> error `expected ':'`
  | 'except' '*' (NEWLINE | ':') -> error `expected one or more exception types` ;
invalid_finally = $'finally' ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'finally' statement on line %l` ;
invalid_except_indent =
    $'except' expression ('as' NAME)? ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'except' statement on line %l`
  | $'except' ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'except' statement on line %l` ;
invalid_except_star_indent = $'except' '*' expression ('as' NAME)? ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'except*' statement on line %l` ;

invalid_match =
    "match" subject NEWLINE -> error `expected ':'`
  | $"match" subject ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'match' statement on line %l` ;
invalid_case =
    "case" patterns guard? NEWLINE -> error `expected ':'`
  | $"case" patterns guard? ':' NEWLINE !INDENT
      -> indent_error `expected an indented block after 'case' statement on line %l` ;
invalid_as_pattern =
    or_pattern 'as' $"_" -> error_at `cannot use '_' as a target`
  | or_pattern 'as' !NAME $expression -> error_at `invalid pattern target` ;
invalid_class_pattern = name_or_attr '(' $invalid_class_argument_pattern
      -> error_first_to_last `positional patterns follow keyword patterns` ;
invalid_class_argument_pattern = (positional_patterns ',')? keyword_patterns ',' $positional_patterns ;

)G";

}  // namespace ouro::syntax::reference
