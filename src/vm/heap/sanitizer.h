// What AddressSanitizer has to be told about the heap. Without it all of this is nothing.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define OURO_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OURO_ASAN 1
#endif
#endif

#ifdef OURO_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace ouro::vm::heap {

#ifdef OURO_ASAN
constexpr bool kPoisonFreeCells = true;
#else
constexpr bool kPoisonFreeCells = false;
#endif

/// Free cells are poisoned: a use of an object that the collector has freed is reported.
inline void poison([[maybe_unused]] const void* start, [[maybe_unused]] size_t bytes) {
#ifdef OURO_ASAN
  __asan_poison_memory_region(start, bytes);
#endif
}
inline void unpoison([[maybe_unused]] const void* start, [[maybe_unused]] size_t bytes) {
#ifdef OURO_ASAN
  __asan_unpoison_memory_region(start, bytes);
#endif
}
/// Memory of malloc that only a cell points to is no leak.
inline void register_scanned_range([[maybe_unused]] void* start, [[maybe_unused]] size_t bytes) {
#ifdef OURO_ASAN
  __lsan_register_root_region(start, bytes);
#endif
}

}  // namespace ouro::vm::heap
