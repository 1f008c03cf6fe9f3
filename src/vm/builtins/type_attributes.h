// The attributes of classes: the table that builtins/type.cpp gives to `type`.
#pragma once

#include <span>

#include "vm/object/native.h"

namespace ouro::vm {

std::span<const GetSetSpec> type_getsets();
std::span<const MemberSpec> type_members();

}  // namespace ouro::vm
