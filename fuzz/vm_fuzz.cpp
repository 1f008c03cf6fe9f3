// Any bytes as a .pyc, loaded and run by the virtual machine: nothing may happen but Python exceptions. The
// process is kept; each input has fresh globals, a limit of time and one of memory (vm_sandbox.h). Inputs are
// mutated as code objects mostly (code_mutator.h), seldom as bytes.
//
// Seeds: tools/vm_fuzz_seeds.py. Fake stacks must be off, for the collector scans the real one:
//
//   ASAN_OPTIONS=detect_stack_use_after_return=0:detect_leaks=0 vm_fuzz -max_len=16384 CORPUS
//
// The last inputs are kept and written to OURO_FUZZ_HISTORY/NUMBER.pyc when the process dies, oldest first:
// what one of them did may show in a later one. OURO_GC_STRESS=N works as in the program.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "fuzz/code_mutator.h"
#include "fuzz/vm_sandbox.h"
#include "vm/heap/heap.h"

namespace {

using namespace ouro;

constexpr size_t kHistory = 100;

const char* history = nullptr;
size_t input_count = 0;

void write_history(std::string_view input) {
  if (history == nullptr) return;
  char path[4096];
  std::snprintf(path, sizeof path, "%s/%03zu.pyc", history, input_count++ % kHistory);
  if (std::FILE* file = std::fopen(path, "wb"); file != nullptr) {
    std::fwrite(input.data(), 1, input.size(), file);
    std::fclose(file);
  }
}

// The fuzzer takes the signal, shows where the code is, and keeps the input.
void note_lost_run() {
  static const char kMessage[] = "vm_fuzz: native code does not end\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof kMessage - 1);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  fuzz::start_sandbox({}, note_lost_run);
  history = std::getenv("OURO_FUZZ_HISTORY");
  if (const char* every = std::getenv("OURO_GC_STRESS"))
    vm::set_stress(static_cast<uint32_t>(std::atoi(every)));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  write_history(fuzz::text_of(data, size));
  fuzz::run_in_sandbox(fuzz::text_of(data, size));
  return 0;
}
