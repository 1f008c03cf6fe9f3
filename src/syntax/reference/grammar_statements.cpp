// The grammar's statements, in the notation of grammar.h.
#include "syntax/reference/grammar_text.h"

namespace ouro::syntax::reference {

const char kStatementGrammar[] = R"G(

-- What a source may be.

file        = $statements? END -> module ;
interactive = $statement_line -> interactive_module ;
eval        = $expressions NEWLINE* END -> expression_module ;
function_type = '(' $type_expressions? ')' '->' $expression NEWLINE* END -> function_type ;
fstring     = star_expressions ;

statements     = $statement+ -> flatten ;
statement      = $compound -> one | simple_line ;
statement_line = $compound NEWLINE -> one | simple_line | NEWLINE -> lone_pass | END -> end_of_input ;

simple_line = $simple !';' NEWLINE -> one
            | $simple % ';' ';'? NEWLINE ;

simple memo = assignment
            | $star_expressions -> expression_stmt
            | &'return' return_stmt
            | &('import' | 'from') import_stmt
            | &'raise' raise_stmt
            | 'pass' -> pass_stmt
            | &'del' del_stmt
            | &'yield' yield_stmt
            | &'assert' assert_stmt
            | 'break' -> break_stmt
            | 'continue' -> continue_stmt
            | &'global' global_stmt
            | &'nonlocal' nonlocal_stmt ;

compound = &('def' | '@' | 'async') function_def
         | &'if' if_stmt
         | &('class' | '@') class_def
         | &('with' | 'async') with_stmt
         | &('for' | 'async') for_stmt
         | &'try' try_stmt
         | &'while' while_stmt
         | match_stmt ;

-- Simple statements.

assignment = $NAME ':' $expression $('=' $annotated_value)? -> annotated_name since 6 `Variable annotation syntax is`
           | $('(' $single_target ')' | single_place) ':' $expression $('=' $annotated_value)?
               -> annotated_place since 6 `Variable annotations syntax is`
           | $($star_targets '=')+ $(yield_expr | star_expressions) !'=' $TYPE_COMMENT? -> assign
           | $single_target $augmented_op ~ $(yield_expr | star_expressions) -> augmented_assign
           | invalid_assignment ;

annotated_value = yield_expr | star_expressions ;

augmented_op = '+=' | '-=' | '*=' | '@=' since 5 `The '@' operator is` | '/=' | '%=' | '&=' | '|=' | '^=' | '<<=' | '>>=' | '**=' | '//=' ;

return_stmt   = 'return' $star_expressions? -> return_stmt ;
raise_stmt    = 'raise' $expression $('from' $expression)? -> raise_stmt
              | 'raise' -> bare_raise ;
global_stmt   = 'global' $NAME % ',' -> global_stmt ;
nonlocal_stmt = 'nonlocal' $NAME % ',' -> nonlocal_stmt ;
del_stmt      = 'del' $del_targets &(';' | NEWLINE) -> delete_stmt
              | invalid_del ;
yield_stmt    = $yield_expr -> expression_stmt ;
assert_stmt   = 'assert' $expression $(',' $expression)? -> assert_stmt ;
import_stmt   = import_name | import_from ;

import_name = 'import' $dotted_as_names -> import_stmt ;
import_from = 'from' $('.' | '...')* $dotted_name 'import' $import_targets -> import_from_module
            | 'from' $('.' | '...')+ 'import' $import_targets -> import_from_dots ;
import_targets = '(' $import_as_names ','? ')'
               | import_as_names !','
               | '*' -> import_star
               | invalid_import_targets ;
import_as_names = $import_as_name % ',' ;
import_as_name  = $NAME $('as' $NAME)? -> alias ;
dotted_as_names = $dotted_as_name % ',' ;
dotted_as_name  = $dotted_name $('as' $NAME)? -> alias ;
dotted_name left = $dotted_name '.' $NAME -> join_dotted | NAME ;

-- Blocks, classes, functions.

block memo = NEWLINE INDENT $statements DEDENT
           | simple_line
           | invalid_block ;

decorators = $('@' $named_expression NEWLINE)+ ;

class_def     = $decorators $class_def_raw -> decorate | class_def_raw ;
class_def_raw = invalid_class_def
              | 'class' $NAME $('(' $arguments? ')')? ':' $block -> class_def ;

function_def     = $decorators $function_def_raw -> decorate | function_def_raw ;
function_def_raw = invalid_def
                 | 'def' $NAME @'(' $params? ')' $('->' $expression)? @':' $func_type_comment? $block
                     -> function_def
                 | 'async' 'def' $NAME @'(' $params? ')' $('->' $expression)? @':' $func_type_comment? $block
                     -> async_function_def since 5 `Async functions are` ;

params = invalid_parameters | parameters ;

parameters = $slash_plain $param_plain* $param_default* $star_etc? -> parameters_slash_plain
               since 8 `Positional-only parameters are`
           | $slash_default $param_default* $star_etc? -> parameters_slash_default
               since 8 `Positional-only parameters are`
           | $param_plain+ $param_default* $star_etc? -> parameters_plain
           | $param_default+ $star_etc? -> parameters_default
           | $star_etc -> parameters_star ;

slash_plain   = $param_plain+ '/' ',' | $param_plain+ '/' &')' ;
slash_default = $param_plain* $param_default+ '/' ',' -> slash_default
              | $param_plain* $param_default+ '/' &')' -> slash_default ;

star_etc = invalid_star_etc
         | '*' $param_plain $param_maybe* $kwds? -> star_etc
         | '*' $param_plain_starred $param_maybe* $kwds? -> star_etc
         | '*' ',' $param_maybe+ $kwds? -> bare_star_etc
         | $kwds -> only_kwds ;

kwds = invalid_kwds | '**' $param_plain ;

param_plain         = $param ',' $TYPE_COMMENT? -> commented_param
                    | $param $TYPE_COMMENT? &')' -> commented_param ;
param_plain_starred = $param_star_annotation ',' $TYPE_COMMENT? -> commented_param
                    | $param_star_annotation $TYPE_COMMENT? &')' -> commented_param ;
param_default       = $param $default ',' $TYPE_COMMENT? -> default_pair
                    | $param $default $TYPE_COMMENT? &')' -> default_pair ;
param_maybe         = $param $default? ',' $TYPE_COMMENT? -> default_pair
                    | $param $default? $TYPE_COMMENT? &')' -> default_pair ;
param                 = $NAME $annotation? -> param ;
param_star_annotation = $NAME $star_annotation -> param ;
annotation            = ':' $expression ;
star_annotation       = ':' $star_expression ;
default               = '=' $expression | invalid_default ;

-- Compound statements.

if_stmt    = invalid_if
           | 'if' $named_expression ':' $block $elif_stmt -> if_elif
           | 'if' $named_expression ':' $block $else_block? -> if_else ;
elif_stmt  = invalid_elif
           | 'elif' $named_expression ':' $block $elif_stmt -> if_elif
           | 'elif' $named_expression ':' $block $else_block? -> if_else ;
else_block = invalid_else | 'else' @':' $block ;

while_stmt = invalid_while | 'while' $named_expression ':' $block $else_block? -> while_stmt ;

for_stmt = invalid_for
         | 'for' $star_targets 'in' ~ $star_expressions ':' $TYPE_COMMENT? $block $else_block? -> for_stmt
         | 'async' 'for' $star_targets 'in' ~ $star_expressions ':' $TYPE_COMMENT? $block $else_block?
             -> async_for_stmt since 5 `Async for loops are`
         | invalid_for_target ;

with_stmt = invalid_with_indent
          | 'with' '(' $with_item % ',' ','? ')' ':' $block -> with_stmt
              since 9 `Parenthesized context managers are`
          | 'with' $with_item % ',' ':' $TYPE_COMMENT? $block -> commented_with_stmt
          | 'async' 'with' '(' $with_item % ',' ','? ')' ':' $block -> async_with_stmt
              since 5 `Async with statements are`
          | 'async' 'with' $with_item % ',' ':' $TYPE_COMMENT? $block -> commented_async_with_stmt
              since 5 `Async with statements are`
          | invalid_with ;
with_item = $expression 'as' $star_target &(',' | ')' | ':') -> with_item
          | invalid_with_item
          | $expression -> with_item ;

try_stmt = invalid_try
         | 'try' @':' $block $finally_block -> try_finally
         | 'try' @':' $block $except_block+ $else_block? $finally_block? -> try_stmt
         | 'try' @':' $block $except_star_block+ $else_block? $finally_block? -> try_star_stmt
             since 11 `Exception groups are` ;
except_block = invalid_except_indent
             | 'except' $expression $('as' $NAME)? ':' $block -> except_block
             | 'except' ':' $block -> bare_except
             | invalid_except ;
except_star_block = invalid_except_star_indent
                  | 'except' '*' $expression $('as' $NAME)? ':' $block -> except_block
                  | invalid_except ;
finally_block = invalid_finally | 'finally' @':' $block ;

-- Type comments.

type_expressions = $expression % ',' ',' '*' $expression ',' '**' $expression -> type_list
                 | $expression % ',' ',' '*' $expression -> type_list
                 | $expression % ',' ',' '**' $expression -> type_list
                 | '*' $expression ',' '**' $expression -> lone_types
                 | '*' $expression -> lone_types
                 | '**' $expression -> lone_types
                 | $expression % ',' ;
func_type_comment = NEWLINE $TYPE_COMMENT &(NEWLINE INDENT)
                  | invalid_double_type_comments
                  | TYPE_COMMENT ;

)G";

}  // namespace ouro::syntax::reference
