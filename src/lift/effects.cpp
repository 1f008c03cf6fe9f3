#include "lift/effects.h"

#include <bit>

namespace ouro::lift {

namespace {

Effect variable_effect(Op op, uint64_t n) {
  switch (op) {
    case Op::UNPACK_SEQUENCE:
      return {1, 1, n};
    case Op::UNPACK_EX:
      return {1, 1, (n & 0xFF) + (n >> 8) + 1};
    case Op::BUILD_TUPLE:
    case Op::BUILD_LIST:
    case Op::BUILD_SET:
    case Op::BUILD_STRING:
    case Op::BUILD_SLICE:
      return {n, n, 1};
    case Op::BUILD_MAP:
      return {2 * n, 2 * n, 1};
    case Op::BUILD_CONST_KEY_MAP:
      return {n + 1, n + 1, 1};
    case Op::RERAISE:
      return {1, 1, 0, n == 0 ? 0 : n + 1};
    case Op::RAISE_VARARGS:
      return {n, n, 0};
    case Op::MAKE_FUNCTION: {
      const auto parts = 1 + static_cast<uint64_t>(std::popcount(n & 15));
      return {parts, parts, 1};
    }
    case Op::FORMAT_VALUE: {
      const uint64_t parts = (n & 4) != 0 ? 2 : 1;
      return {parts, parts, 1};
    }
    case Op::LIST_APPEND:
    case Op::SET_ADD:
    case Op::LIST_EXTEND:
    case Op::SET_UPDATE:
    case Op::DICT_UPDATE:
      return {1, 1, 0, n + 1};
    case Op::MAP_ADD:
      return {2, 2, 0, n + 2};
    case Op::DICT_MERGE:
      return {1, 1, 0, n + 1, n + 3};
    default:
      return {};
  }
}

}  // namespace

Effect effect_of(Op op, uint32_t argument) {
  switch (op) {
    case Op::LOAD_BUILD_CLASS:
    case Op::LOAD_ASSERTION_ERROR:
    case Op::LOAD_CONST:
    case Op::LOAD_NAME:
    case Op::LOAD_FAST:
    case Op::LOAD_CLOSURE:
    case Op::LOAD_DEREF:
    case Op::LOAD_CLASSDEREF:
      return {0, 0, 1};
    case Op::UNARY_POSITIVE:
    case Op::UNARY_NEGATIVE:
    case Op::UNARY_NOT:
    case Op::UNARY_INVERT:
    case Op::GET_AITER:
    case Op::GET_ITER:
    case Op::GET_YIELD_FROM_ITER:
    case Op::GET_AWAITABLE:
    case Op::LIST_TO_TUPLE:
    case Op::YIELD_VALUE:
    case Op::ASYNC_GEN_WRAP:
    case Op::LOAD_ATTR:
      return {1, 1, 1};
    case Op::BINARY_SUBSCR:
    case Op::BINARY_OP:
    case Op::COMPARE_OP:
    case Op::IS_OP:
    case Op::CONTAINS_OP:
    case Op::PREP_RERAISE_STAR:
    case Op::IMPORT_NAME:
      return {2, 2, 1};
    case Op::GET_LEN:
    case Op::MATCH_MAPPING:
    case Op::MATCH_SEQUENCE:
    case Op::GET_ANEXT:
    case Op::IMPORT_FROM:
    case Op::FOR_ITER:
      return {1, 0, 1};
    case Op::MATCH_KEYS:
      return {2, 0, 1};
    case Op::WITH_EXCEPT_START:
      return {1, 0, 1, 4};
    case Op::PUSH_EXC_INFO:
    case Op::BEFORE_WITH:
    case Op::BEFORE_ASYNC_WITH:
      return {1, 1, 2};
    case Op::CHECK_EXC_MATCH:
      return {2, 1, 1};
    case Op::CHECK_EG_MATCH:
    case Op::SEND:
      return {2, 2, 2};
    case Op::MATCH_CLASS:
      return {3, 3, 1};
    case Op::PRINT_EXPR:
    case Op::RETURN_VALUE:
    case Op::IMPORT_STAR:
    case Op::POP_EXCEPT:
    case Op::STORE_NAME:
    case Op::STORE_GLOBAL:
    case Op::STORE_FAST:
    case Op::STORE_DEREF:
    case Op::DELETE_ATTR:
    case Op::JUMP_IF_FALSE_OR_POP:
    case Op::JUMP_IF_TRUE_OR_POP:
    case Op::POP_JUMP_FORWARD_IF_FALSE:
    case Op::POP_JUMP_FORWARD_IF_TRUE:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NOT_NONE:
    case Op::POP_JUMP_BACKWARD_IF_NONE:
    case Op::POP_JUMP_BACKWARD_IF_FALSE:
    case Op::POP_JUMP_BACKWARD_IF_TRUE:
      return {1, 1, 0};
    case Op::END_ASYNC_FOR:
    case Op::DELETE_SUBSCR:
    case Op::STORE_ATTR:
      return {2, 2, 0};
    case Op::STORE_SUBSCR:
      return {3, 3, 0};
    default:
      return variable_effect(op, argument);
  }
}

bool may_raise(Op op) {
  switch (op) {
    case Op::NOP:
    case Op::POP_TOP:
    case Op::PUSH_NULL:
    case Op::COPY:
    case Op::SWAP:
    case Op::LOAD_CONST:
    case Op::LOAD_CLOSURE:
    case Op::STORE_FAST:
    case Op::STORE_DEREF:
    case Op::JUMP_FORWARD:
    case Op::POP_JUMP_FORWARD_IF_NOT_NONE:
    case Op::POP_JUMP_FORWARD_IF_NONE:
    case Op::IS_OP:
    case Op::PUSH_EXC_INFO:
    case Op::POP_EXCEPT:
    case Op::PRECALL:
    case Op::KW_NAMES:
    case Op::RETURN_VALUE:
      return false;
    default:
      return true;
  }
}

bool valid_argument(Op op, uint32_t argument) {
  switch (op) {
    case Op::SWAP:
    case Op::COPY:
    case Op::LIST_APPEND:
    case Op::SET_ADD:
    case Op::MAP_ADD:
    case Op::LIST_EXTEND:
    case Op::SET_UPDATE:
    case Op::DICT_MERGE:
    case Op::DICT_UPDATE:
      return argument >= 1;
    case Op::RAISE_VARARGS:
    case Op::GET_AWAITABLE:
      return argument <= 2;
    case Op::BUILD_SLICE:
      return argument == 2 || argument == 3;
    case Op::FORMAT_VALUE:
      return argument <= 7;
    case Op::MAKE_FUNCTION:
      return argument <= 15;
    case Op::IS_OP:
    case Op::CONTAINS_OP:
    case Op::CALL_FUNCTION_EX:
      return argument <= 1;
    case Op::RESUME:
      return argument <= 3;
    case Op::MATCH_CLASS:
      return argument <= 0xFFFF;
    case Op::COMPARE_OP:
      return !compare_symbol(argument).empty();
    case Op::BINARY_OP:
      return !binary_op_symbol(argument).empty();
    default:
      return true;
  }
}

}  // namespace ouro::lift
