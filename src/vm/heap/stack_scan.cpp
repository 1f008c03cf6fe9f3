// The C++ stacks and registers of all threads, word by word. Any word that points into a cell, at its start
// or its middle, keeps the cell alive. A pointer just past the end of a cell does not.
//
// The collecting thread is scanned from the frame that asked for the collection to the base; what its callers
// keep in registers is pushed there first. The other threads wait for the global lock: each noted its stack
// pointer and registers in leave_heap. Functions on the way there (a constructor, say) may have pushed
// registers of their callers into frames that are gone by the time of a collection, so leave_heap also copies
// the top of the stack.
#include <pthread.h>

#include <algorithm>
#include <cstring>

#include "vm/heap/requested_collection.h"
#include "vm/heap/sanitizer.h"
#include "vm/heap/state.h"

// Pushes the registers that a callee preserves, and calls work(argument, stack pointer).
extern "C" void ouro_call_with_registers(void (*work)(void*, uintptr_t), void* argument);
#if defined(__x86_64__)
asm(R"(
    .text
    .globl ouro_call_with_registers
    .hidden ouro_call_with_registers
    .type ouro_call_with_registers, @function
ouro_call_with_registers:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    subq $8, %rsp
    movq %rdi, %rax
    movq %rsi, %rdi
    leaq 8(%rsp), %rsi
    callq *%rax
    addq $8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    .cfi_def_cfa %rsp, 8
    retq
    .cfi_endproc
    .size ouro_call_with_registers, .-ouro_call_with_registers
)");
#elif defined(__aarch64__)
asm(R"(
    .text
    .globl ouro_call_with_registers
    .hidden ouro_call_with_registers
    .type ouro_call_with_registers, %function
ouro_call_with_registers:
    .cfi_startproc
    stp x29, x30, [sp, #-96]!
    .cfi_def_cfa_offset 96
    .cfi_offset x29, -96
    .cfi_offset x30, -88
    mov x29, sp
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    mov x9, x0
    mov x0, x1
    mov x1, sp
    blr x9
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    .cfi_def_cfa_offset 0
    ret
    .cfi_endproc
    .size ouro_call_with_registers, .-ouro_call_with_registers
)");
#endif

namespace ouro::vm {

namespace heap {

namespace {

thread_local ThreadRecord* own_record = nullptr;
thread_local const void* scan_start = nullptr;  // see ScanStart

// The registers that a callee must preserve: the only ones that can hold a caller's pointer here.
[[gnu::always_inline]] inline void save_registers(uintptr_t* registers) {
#if defined(__x86_64__)
  asm volatile(
      "movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\tmovq %%r12, 16(%0)\n\t"
      "movq %%r13, 24(%0)\n\tmovq %%r14, 32(%0)\n\tmovq %%r15, 40(%0)"
      :
      : "r"(registers)
      : "memory");
#elif defined(__aarch64__)
  asm volatile(
      "stp x19, x20, [%0, #0]\n\tstp x21, x22, [%0, #16]\n\tstp x23, x24, [%0, #32]\n\t"
      "stp x25, x26, [%0, #48]\n\tstp x27, x28, [%0, #64]\n\tstr x29, [%0, #80]"
      :
      : "r"(registers)
      : "memory");
#else
#error "the registers of this processor are not known here"
#endif
}

void consider(State& heap, uintptr_t word) {
  if (Object* object = find_cell(heap, word)) heap.conservative_roots.push_back(object);
}

// Reads whole stack frames, with what lies between variables.
__attribute__((no_sanitize("address", "thread", "undefined"))) void scan(State& heap, uintptr_t start,
                                                                         uintptr_t end,
                                                                         [[maybe_unused]] void* fake_stack) {
  for (uintptr_t at = start & ~uintptr_t{7}; at + sizeof(uintptr_t) <= end; at += sizeof(uintptr_t)) {
    const uintptr_t word = *reinterpret_cast<const uintptr_t*>(at);
    consider(heap, word);
#ifdef OURO_ASAN
    if (fake_stack == nullptr) continue;
    void *frame_start, *frame_end;
    if (__asan_addr_is_in_fake_stack(fake_stack, reinterpret_cast<void*>(word), &frame_start, &frame_end) ==
        nullptr)
      continue;
    for (uintptr_t inner = reinterpret_cast<uintptr_t>(frame_start);
         inner < reinterpret_cast<uintptr_t>(frame_end); inner += sizeof(uintptr_t))
      consider(heap, *reinterpret_cast<const uintptr_t*>(inner));
#endif
  }
}

__attribute__((no_sanitize("address", "thread", "undefined"))) void copy_frames(ThreadRecord* record) {
  constexpr size_t kWords = sizeof record->frames / sizeof(uintptr_t);
  const uintptr_t start = record->stack_top & ~uintptr_t{7};
  for (size_t i = 0; i < kWords; ++i) {
    const uintptr_t at = start + i * sizeof(uintptr_t);
    record->frames[i] =
        at + sizeof(uintptr_t) <= record->stack_base ? *reinterpret_cast<const uintptr_t*>(at) : 0;
  }
}

void* fake_stack_of_thread() {
#ifdef OURO_ASAN
  return __asan_get_current_fake_stack();
#else
  return nullptr;
#endif
}

void scan_own_stack(State& heap, uintptr_t stack_top) {
  const uintptr_t base =
      own_record != nullptr ? own_record->stack_base : reinterpret_cast<uintptr_t>(current_stack_base());
  if (scan_start != nullptr) stack_top = reinterpret_cast<uintptr_t>(scan_start);
  scan(heap, stack_top, base, fake_stack_of_thread());
}

// In the child of a fork only the forking thread goes on.
void forget_other_threads() {
  State& heap = state();
  std::erase_if(heap.threads, [](ThreadRecord* record) { return record != own_record; });
}

}  // namespace

void with_saved_registers(void (*work)(void* argument, uintptr_t stack_top), void* argument) {
  ouro_call_with_registers(work, argument);
}

void find_conservative_roots(State& heap, uintptr_t stack_top) {
  heap.conservative_roots.clear();
  scan_own_stack(heap, stack_top);
  for (ThreadRecord* record : heap.threads) {
    if (record == own_record || !record->away) continue;
    for (const uintptr_t word : record->registers) consider(heap, word);
    for (const uintptr_t word : record->frames) consider(heap, word);
    scan(heap, record->stack_top, record->stack_base, record->fake_stack);
  }
}

}  // namespace heap

using heap::own_record;
using heap::state;

ScanStart::ScanStart(const void* address) : outer_(heap::scan_start) {
  if (address != nullptr) heap::scan_start = address;
}

ScanStart::~ScanStart() {
  heap::scan_start = outer_;
}

const void* current_stack_base() {
  static thread_local const void* base = [] {
    pthread_attr_t attributes;
    void* lowest = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &lowest, &size);
      pthread_attr_destroy(&attributes);
    }
    return static_cast<const void*>(static_cast<char*>(lowest) + size);
  }();
  return base;
}

void enter_thread(const void* stack_base) {
  if (own_record != nullptr) {
    own_record->stack_base = reinterpret_cast<uintptr_t>(stack_base);
    return;
  }
  static const int installed = pthread_atfork(nullptr, nullptr, heap::forget_other_threads);
  static_cast<void>(installed);
  own_record = new heap::ThreadRecord{};
  own_record->stack_base = reinterpret_cast<uintptr_t>(stack_base);
  own_record->fake_stack = heap::fake_stack_of_thread();
  state().threads.push_back(own_record);
}

void exit_thread() {
  if (own_record == nullptr) return;
  std::erase(state().threads, own_record);
  delete own_record;
  own_record = nullptr;
}

[[gnu::noinline]] void leave_heap() {
  if (own_record == nullptr) return;
  heap::save_registers(own_record->registers);
  own_record->stack_top = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  heap::copy_frames(own_record);
  own_record->away = true;
}

void return_to_heap() {
  if (own_record != nullptr) own_record->away = false;
}

}  // namespace ouro::vm
