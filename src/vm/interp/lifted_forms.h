// Register code that was made when ouro was built: the archive of the library holds it beside the code
// objects, so that a start need not lift what every start runs.
//
// A form: eight 32-bit numbers (the counts of words, handlers, offsets and pinned constants; the counts of
// locals, of registers before the temporaries, and of all registers; 0), then the arrays as they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lift/register_code.h"

namespace ouro::vm {

/// Appends the form of register code.
void append_lifted_form(const lift::RegisterCode& code, std::string& to);

/// What running register code takes, where it lies: in a form, or in what the lifter gave.
struct LiftedView {
  uint16_t local_count, temp_base, register_count;
  bool has_handlers;
  uint32_t word_count, pinned_count;
  const void* words;   // 64 bits each
  const void* pinned;  // 32 bits each; neither needs to be aligned
};
LiftedView view_of_lifted(const lift::RegisterCode& code);
LiftedView view_of_form(const void* form);

/// The register code of a form.
lift::RegisterCode read_lifted_form(const void* form);

/// What forms made by this build have in common with this build: another one's mean nothing here.
uint64_t lifted_form_stamp();

}  // namespace ouro::vm
