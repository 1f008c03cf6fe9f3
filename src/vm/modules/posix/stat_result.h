#pragma once

#include <sys/stat.h>

#include "vm/modules/posix/posix.h"

namespace ouro::vm {

/// An os.stat_result.
Result<Value> make_stat_result(const struct stat& info);

}  // namespace ouro::vm
