// What the files of bytes, bytearray and memoryview share.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "vm/object/protocol.h"

namespace ouro::vm {

// The parts of complete_text().
void complete_str();
void complete_bytes();
void complete_bytearray();
void complete_memoryview();

/// What join() joins, as a list: "can only join an iterable" where iter() is a TypeError.
Result<List*> list_to_join(Value iterable);
/// The method table of a type that has all of bytes' methods.
std::vector<MethodSpec> with_shared_methods(std::span<const MethodSpec> own);
bool compare_views(std::string_view a, std::string_view b, CompareOp op);
/// The bytes that a slice picks.
std::string sliced(std::string_view data, const SliceRange& range);
/// bytes(n): the size, or -1 when `value` is no integer.
Result<int64_t> count_argument(Value value);
/// All items of a buffer, in C order, one after the other.
std::string contiguous_copy(const BufferView& view);
bool is_c_contiguous(const BufferView& view);
bool is_fortran_contiguous(const BufferView& view);

}  // namespace ouro::vm
