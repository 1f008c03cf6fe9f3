// The grammar's expressions and assignment targets, in the notation of grammar.h.
#include "syntax/reference/grammar_text.h"

namespace ouro::syntax::reference {

const char kExpressionGrammar[] = R"G(

expressions = $expression $(',' $expression)+ ','? -> tuple_of_rest
            | $expression ',' -> tuple_of_one
            | expression ;
expression memo = invalid_expression
                | invalid_legacy_expression
                | $disjunction 'if' $disjunction 'else' $expression -> conditional
                | disjunction
                | lambda ;
yield_expr = 'yield' 'from' $expression -> yield_from
           | 'yield' $star_expressions? -> yield_ ;

star_expressions = $star_expression $(',' $star_expression)+ ','? -> tuple_of_rest
                 | $star_expression ',' -> tuple_of_one
                 | star_expression ;
star_expression memo   = '*' $bitwise_or -> starred | expression ;
star_named_expressions = $star_named_expression % ',' ','? ;
star_named_expression  = '*' $bitwise_or -> starred | named_expression ;
assignment_expression  = $NAME ':=' ~ $expression -> named_expr since 8 `Assignment expressions are` ;
named_expression = assignment_expression | invalid_named_expression | expression !':=' ;

disjunction memo = $conjunction $('or' $conjunction)+ -> bool_or | conjunction ;
conjunction memo = $inversion $('and' $inversion)+ -> bool_and | inversion ;
inversion memo   = 'not' $inversion -> unary_not | comparison ;

comparison = $bitwise_or $comparison_pair+ -> compare | bitwise_or ;
comparison_pair = equal_pair | not_equal_pair | less_equal_pair | less_pair | greater_equal_pair | greater_pair
                | not_in_pair | in_pair | is_not_pair | is_pair ;
equal_pair         = '==' $bitwise_or -> pair_eq ;
not_equal_pair     = ($'!=' -> plain_not_equal) $bitwise_or -> pair_not_eq ;
less_equal_pair    = '<=' $bitwise_or -> pair_lt_e ;
less_pair          = '<' $bitwise_or -> pair_lt ;
greater_equal_pair = '>=' $bitwise_or -> pair_gt_e ;
greater_pair       = '>' $bitwise_or -> pair_gt ;
not_in_pair        = 'not' 'in' $bitwise_or -> pair_not_in ;
in_pair            = 'in' $bitwise_or -> pair_in ;
is_not_pair        = 'is' 'not' $bitwise_or -> pair_is_not ;
is_pair            = 'is' $bitwise_or -> pair_is ;

bitwise_or left  = $bitwise_or '|' $bitwise_xor -> binary_bit_or | bitwise_xor ;
bitwise_xor left = $bitwise_xor '^' $bitwise_and -> binary_bit_xor | bitwise_and ;
bitwise_and left = $bitwise_and '&' $shift -> binary_bit_and | shift ;
shift left       = $shift '<<' $sum -> binary_l_shift | $shift '>>' $sum -> binary_r_shift | sum ;
sum left         = $sum '+' $term -> binary_add | $sum '-' $term -> binary_sub | term ;
term left        = $term '*' $factor -> binary_mult
                 | $term '/' $factor -> binary_div
                 | $term '//' $factor -> binary_floor_div
                 | $term '%' $factor -> binary_mod
                 | $term '@' $factor -> binary_mat_mult since 5 `The '@' operator is`
                 | factor ;
factor memo = '+' $factor -> unary_plus | '-' $factor -> unary_minus | '~' $factor -> unary_invert | power ;
power       = $await_primary '**' $factor -> binary_pow | await_primary ;

await_primary memo = 'await' $primary -> await_ since 5 `Await expressions are` | primary ;
primary left = $primary '.' $NAME -> attribute
             | $primary $genexp -> call_generator
             | $primary '(' $arguments? ')' -> call
             | $primary '[' $slices ']' -> subscript
             | atom ;

slices = $slice !','
       | $(slice | starred_expression) % ',' ','? -> tuple ;
slice  = $expression? ':' $expression? $(':' $expression?)? -> slice
       | named_expression ;

atom = NAME
     | 'True' -> true
     | 'False' -> false
     | 'None' -> none
     | &STRING strings
     | NUMBER
     | &'(' (tuple | group | genexp)
     | &'[' (list | listcomp)
     | &'{' (dict | set | dictcomp | setcomp)
     | '...' -> ellipsis ;

group = '(' $(yield_expr | named_expression) ')' | invalid_group ;

lambda = 'lambda' $lambda_params? ':' $expression -> lambda_ ;
lambda_params = invalid_lambda_parameters | lambda_parameters ;
lambda_parameters = $lambda_slash_plain $lambda_param_plain* $lambda_param_default* $lambda_star_etc?
                      -> parameters_slash_plain since 8 `Positional-only parameters are`
                  | $lambda_slash_default $lambda_param_default* $lambda_star_etc? -> parameters_slash_default
                      since 8 `Positional-only parameters are`
                  | $lambda_param_plain+ $lambda_param_default* $lambda_star_etc? -> parameters_plain
                  | $lambda_param_default+ $lambda_star_etc? -> parameters_default
                  | $lambda_star_etc -> parameters_star ;
lambda_slash_plain   = $lambda_param_plain+ '/' ',' | $lambda_param_plain+ '/' &':' ;
lambda_slash_default = $lambda_param_plain* $lambda_param_default+ '/' ',' -> slash_default
                     | $lambda_param_plain* $lambda_param_default+ '/' &':' -> slash_default ;
lambda_star_etc = invalid_lambda_star_etc
                | '*' $lambda_param_plain $lambda_param_maybe* $lambda_kwds? -> star_etc
                | '*' ',' $lambda_param_maybe+ $lambda_kwds? -> bare_star_etc
                | $lambda_kwds -> only_kwds ;
lambda_kwds = invalid_lambda_kwds | '**' $lambda_param_plain ;
lambda_param_plain   = $lambda_param ',' | $lambda_param &':' ;
lambda_param_default = $lambda_param $default ',' -> default_pair | $lambda_param $default &':' -> default_pair ;
lambda_param_maybe   = $lambda_param $default? ',' -> default_pair | $lambda_param $default? &':' -> default_pair ;
lambda_param = $NAME -> param ;

strings memo = $STRING+ -> strings ;
list  = '[' $star_named_expressions? ']' -> list ;
tuple = '(' $($star_named_expression ',' $star_named_expressions? -> prepend)? ')' -> tuple ;
set   = '{' $star_named_expressions '}' -> set ;
dict  = '{' $key_values? '}' -> dict
      | '{' invalid_key_values '}' ;
key_values = $key_value_or_unpacking % ',' ','? ;
key_value_or_unpacking = '**' $bitwise_or -> unpacking_pair | key_value ;
key_value = $expression ':' $expression -> pair ;

for_if_clauses = $for_if_clause+ ;
for_if_clause  = 'async' 'for' $star_targets 'in' ~ $disjunction $('if' $disjunction)* -> async_comprehension
                   since 6 `Async comprehensions are`
               | 'for' $star_targets 'in' ~ $disjunction $('if' $disjunction)* -> comprehension
               | invalid_for_target ;
listcomp = '[' $named_expression $for_if_clauses ']' -> list_comp | invalid_comprehension ;
setcomp  = '{' $named_expression $for_if_clauses '}' -> set_comp | invalid_comprehension ;
genexp   = '(' $(assignment_expression | expression !':=') $for_if_clauses ')' -> generator_exp
         | invalid_comprehension ;
dictcomp = '{' $key_value $for_if_clauses '}' -> dict_comp | invalid_dict_comprehension ;

-- Calls.

arguments memo = $args ','? &')' | invalid_arguments ;
args   = $(starred_expression | (assignment_expression | expression !':=') !'=') % ',' $(',' $kwargs)? -> call_arguments
       | $kwargs -> call_keywords ;
kwargs = $keyword_or_starred % ',' ',' $keyword_or_unpacking % ',' -> join
       | keyword_or_starred % ','
       | keyword_or_unpacking % ',' ;
starred_expression = '*' $expression -> starred ;
keyword_or_starred   = invalid_kwarg | $NAME '=' $expression -> keyword | $starred_expression -> starred_argument ;
keyword_or_unpacking = invalid_kwarg | $NAME '=' $expression -> keyword | '**' $expression -> keyword_unpacking ;

-- Targets of assignments, loops and del.

star_targets = $star_target !','
             | $star_target $(',' $star_target)* ','? -> store_tuple_of_rest ;
star_targets_list  = $star_target % ',' ','? ;
star_targets_tuple = $star_target $(',' $star_target)+ ','? -> prepend | $star_target ',' -> one ;
star_target memo = '*' $(!'*' star_target) -> store_starred | target_with_star_atom ;
target_with_star_atom memo = $t_primary '.' $NAME !t_lookahead -> store_attribute
                           | $t_primary '[' $slices ']' !t_lookahead -> store_subscript
                           | star_atom ;
star_atom = $NAME -> store
          | '(' $target_with_star_atom ')' -> store
          | '(' $star_targets_tuple? ')' -> store_tuple
          | '[' $star_targets_list? ']' -> store_list ;
single_target = single_place | $NAME -> store | '(' $single_target ')' ;
single_place  = $t_primary '.' $NAME !t_lookahead -> store_attribute
              | $t_primary '[' $slices ']' !t_lookahead -> store_subscript ;
t_primary left = $t_primary '.' $NAME &t_lookahead -> attribute
               | $t_primary '[' $slices ']' &t_lookahead -> subscript
               | $t_primary $genexp &t_lookahead -> call_generator
               | $t_primary '(' $arguments? ')' &t_lookahead -> call
               | $atom &t_lookahead ;
t_lookahead = '(' | '[' | '.' ;

del_targets = $del_target % ',' ','? ;
del_target memo = $t_primary '.' $NAME !t_lookahead -> del_attribute
                | $t_primary '[' $slices ']' !t_lookahead -> del_subscript
                | del_atom ;
del_atom = $NAME -> del
         | '(' $del_target ')' -> del
         | '(' $del_targets? ')' -> del_tuple
         | '[' $del_targets? ']' -> del_list ;

)G";

}  // namespace ouro::syntax::reference
