// The grammar of `match`, in the notation of grammar.h.
#include "syntax/reference/grammar_text.h"

namespace ouro::syntax::reference {

const char kPatternGrammar[] = R"G(

match_stmt = "match" $subject ':' NEWLINE INDENT $case_block+ DEDENT -> match_stmt
               since 10 `Pattern matching is`
           | invalid_match ;
subject    = $star_named_expression ',' $star_named_expressions? -> tuple_of_rest
           | named_expression ;
case_block = invalid_case
           | "case" $patterns $guard? ':' $block -> match_case ;
guard      = 'if' $named_expression ;

patterns = $open_sequence -> match_sequence | pattern ;
pattern  = as_pattern | or_pattern ;

as_pattern = $or_pattern 'as' $capture_target -> match_as | invalid_as_pattern ;
or_pattern = $closed_pattern % '|' -> match_or ;

closed_pattern memo = literal_pattern
                    | capture_pattern
                    | wildcard_pattern
                    | value_pattern
                    | group_pattern
                    | sequence_pattern
                    | mapping_pattern
                    | class_pattern ;

literal_pattern = $signed_number !('+' | '-') -> match_value
                | $complex_number -> match_value
                | $strings -> match_value
                | 'None' -> match_none
                | 'True' -> match_true
                | 'False' -> match_false ;
literal_key     = signed_number !('+' | '-')
                | complex_number
                | strings
                | 'None' -> none
                | 'True' -> true
                | 'False' -> false ;

complex_number = $signed_real '+' $imaginary -> binary_add
               | $signed_real '-' $imaginary -> binary_sub ;
signed_number  = NUMBER | '-' $NUMBER -> unary_minus ;
signed_real    = real | '-' $real -> unary_minus ;
real           = $NUMBER -> require_real ;
imaginary      = $NUMBER -> require_imaginary ;

capture_pattern  = $capture_target -> match_capture ;
capture_target   = !"_" $NAME !('.' | '(' | '=') -> store ;
wildcard_pattern = "_" -> match_wildcard ;
value_pattern    = $attr !('.' | '(' | '=') -> match_value ;
attr left = $name_or_attr '.' $NAME -> attribute ;
name_or_attr = attr | NAME ;

group_pattern    = '(' $pattern ')' ;
sequence_pattern = '[' $maybe_sequence? ']' -> match_sequence
                 | '(' $open_sequence? ')' -> match_sequence ;
open_sequence    = $maybe_star_pattern ',' $maybe_sequence? -> prepend ;
maybe_sequence   = $maybe_star_pattern % ',' ','? ;
maybe_star_pattern = star_pattern | pattern ;
star_pattern memo  = '*' $capture_target -> match_star
                   | '*' wildcard_pattern -> match_star ;

mapping_pattern = '{' '}' -> match_empty_mapping
                | '{' $double_star_pattern ','? '}' -> match_mapping_rest
                | '{' $items_pattern ',' $double_star_pattern ','? '}' -> match_mapping
                | '{' $items_pattern ','? '}' -> match_mapping ;
items_pattern   = $key_value_pattern % ',' ;
key_value_pattern   = $(literal_key | attr) ':' $pattern -> pair ;
double_star_pattern = '**' $capture_target ;

class_pattern = $name_or_attr '(' ')' -> match_class
              | $name_or_attr '(' $positional_patterns ','? ')' -> match_class
              | $name_or_attr '(' $keyword_patterns ','? ')' -> match_class_keywords
              | $name_or_attr '(' $positional_patterns ',' $keyword_patterns ','? ')' -> match_class
              | invalid_class_pattern ;
positional_patterns = $pattern % ',' ;
keyword_patterns    = $keyword_pattern % ',' ;
keyword_pattern     = $NAME '=' $pattern -> pair ;

)G";

}  // namespace ouro::syntax::reference
