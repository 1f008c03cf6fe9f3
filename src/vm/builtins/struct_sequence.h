// Tuples with named fields, as sys.version_info, os.stat_result and time.struct_time are.
#pragma once

#include <initializer_list>
#include <span>

#include "vm/object/containers.h"

namespace ouro::vm {

struct SequenceField {
  const char* name;  // null: a field of the tuple without a name
  const char* doc = nullptr;
};

/// `name` is qualified ("sys.flags"). The first `visible` fields are the tuple's items, the others attributes
/// only. `constructible`: Python code may call the type.
Type* make_struct_sequence_type(const char* name, const char* doc, std::span<const SequenceField> fields,
                                size_t visible, bool constructible = true);
/// One with a constructor of its own, and with its signature.
Type* make_struct_sequence_type(const char* name, const char* doc, std::span<const SequenceField> fields,
                                Result<Value> (*construct)(Type*, const Arguments&), const char* signature);

/// An instance; `values` are all fields, in order. Missing ones are None.
Tuple* make_struct_sequence(Type* type, std::span<const Value> values);
inline Tuple* make_struct_sequence(Type* type, std::initializer_list<Value> values) {
  return make_struct_sequence(type, std::span(values.begin(), values.size()));
}

}  // namespace ouro::vm
