// "Did you mean": what a misspelt name or attribute was probably meant to be.
#pragma once

#include "vm/object/exceptions.h"

namespace ouro::vm {

/// The name to suggest for an AttributeError or NameError, or null. Raises nothing.
Str* suggestion_for(Exception* exception);

}  // namespace ouro::vm
