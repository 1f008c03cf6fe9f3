#include "cli/run/startup_pages.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace ouro::cli {

namespace {

int drop_pages_of(dl_phdr_info* object, size_t, void* page_size_) {
  const auto page_size = *static_cast<const uintptr_t*>(page_size_);
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t start = object->dlpi_addr + segment.p_vaddr;
    const uintptr_t first = start & ~(page_size - 1);
    madvise(reinterpret_cast<void*>(first), start + segment.p_memsz - first, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void drop_startup_pages() {
  uintptr_t page_size = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  dl_iterate_phdr(drop_pages_of, &page_size);
}

}  // namespace ouro::cli
