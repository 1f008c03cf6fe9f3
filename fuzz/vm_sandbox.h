// A virtual machine without an outside: for running what a fuzzer made.
#pragma once

#include <cstdint>
#include <string_view>

namespace ouro::fuzz {

struct SandboxLimits {
  uint64_t memory_bytes = uint64_t{64} << 20;
  int milliseconds = 30;       // of processor time, then the code is ended
  int lost_after_ticks = 400;  // as often as that in vain: native code that never ends
};

/// Starts the machine, once per process. `lost` is called, from a signal handler, when a run cannot be ended.
void start_sandbox(const SandboxLimits& limits, void (*lost)());

/// Loads the .pyc and runs it as a module, then calls the functions it leaves behind. Whatever it raises is
/// dropped, and the machine is as before, but for what the program did to builtin objects' insides.
void run_in_sandbox(std::string_view pyc);

}  // namespace ouro::fuzz
