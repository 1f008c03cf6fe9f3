// Memory that only the start of the program needed.
#pragma once

namespace ouro::cli {

/// Lets go of the pages of the program's and its libraries' files that are in memory and unchanged:
/// relocation and symbol tables, code that ran once. What is needed again comes back from the system's cache.
void drop_startup_pages();

}  // namespace ouro::cli
