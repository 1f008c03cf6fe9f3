// From Code to Executable: lifting, the checks that need the constants themselves, the template of a frame.
#include "vm/interp/executable.h"

#include <cstring>

#include "bytecode/code_object.h"
#include "lift/lift.h"
#include "vm/interp/lifted_forms.h"
#include "vm/interp/operations.h"
#include "vm/interp/parts.h"
#include "vm/interp/tracing.h"
#include "vm/object/exceptions.h"
#include "vm/object/trace_members.h"

namespace ouro::vm {

uint32_t Code::parameter_count() const {
  uint32_t count = static_cast<uint32_t>(argument_count) + static_cast<uint32_t>(keyword_only_count);
  count += (code_flags & kCoVarArgs) != 0;
  count += (code_flags & kCoVarKeywords) != 0;
  return count;
}

/// Code as the lifter gave it, and what it says of registers. Only few functions are ever asked.
struct LiveCode {
  explicit LiveCode(lift::RegisterCode&& lifted) : code(std::move(lifted)), liveness(code) {}
  lift::RegisterCode code;
  lift::Liveness liveness;
};

namespace {

Type* executable_type = nullptr;
uint32_t last_id = 0;

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

lift::CodeView view_of(const Code* code) {
  lift::CodeView view;
  view.code = bytes_of(code_text(code->code));
  view.exception_table = bytes_of(code_text(code->exception_table));
  view.line_table = bytes_of(code_text(code->line_table));
  view.local_kinds = bytes_of(code->locals_plus_kinds->view());
  view.const_count = static_cast<uint32_t>(code->consts->length);
  view.name_count = static_cast<uint32_t>(code->names->length);
  view.argument_count = code->parameter_count();
  view.stack_size = static_cast<uint32_t>(code->stack_size);
  view.flags = code->code_flags;
  view.first_line = code->first_line;
  return view;
}

Raised raise_malformed(const Code* code, std::string_view what) {
  return raise(types.SystemError, "malformed code object '{}': {}", to_utf8(code->qualified_name), what);
}

/// A call's keyword names: a tuple of str, no longer than the arguments.
bool valid_keyword_names(const Code* code, const uint64_t* pc) {
  uint32_t index = low_half(pc + 1);
  if (index == lift::kNoConst) return true;
  Value names = code->consts->items[index];
  if (!is_tuple(names)) return false;
  auto* tuple = names.as<Tuple>();
  if (tuple->length > field_c(pc)) return false;
  for (Value name : tuple->span()) {
    if (!is_str(name)) return false;
  }
  return true;
}

/// What the lifter cannot see because it knows no constants; and constants into the words.
Status finish_words(const Code* code, uint64_t* words, uint32_t count) {
  for (uint32_t at = 0; at < count; at += instruction_words(words + at)) {
    uint64_t* pc = words + at;
    switch (static_cast<Op>(field_op(pc))) {
      case Op::LoadConst:
        pc[1] = code->consts->items[low_half(pc + 1)].bits();
        patch_op(pc, Op::LoadConstValue);
        break;
      case Op::Call:
      case Op::CallMethod:
        if (!valid_keyword_names(code, pc))
          return raise_malformed(code, "keyword names are not a tuple of str");
        break;
      default:
        break;
    }
  }
  return {};
}

/// What is kept of the lifter's work when the words have been copied.
lift::RegisterCode* without_words(lift::RegisterCode&& lifted) {
  lifted.words = {};
  lifted.pinned_consts = {};
  lifted.offsets.shrink_to_fit();
  lifted.handlers.shrink_to_fit();
  return new lift::RegisterCode(std::move(lifted));
}

int64_t kept_bytes(const lift::RegisterCode& lifted) {
  return static_cast<int64_t>(lifted.offsets.size() * sizeof(lift::OffsetEntry) +
                              lifted.handlers.size() * sizeof(lift::Handler));
}

void fill_sizes(Executable* executable, const Code* code, const LiftedView& lifted) {
  executable->id = ++last_id;
  executable->code = const_cast<Code*>(code);
  executable->parameters = static_cast<uint16_t>(code->parameter_count());
  executable->positional = static_cast<uint16_t>(code->argument_count);
  executable->temp_base = lifted.temp_base;
  executable->register_count = lifted.register_count;
  executable->local_count = lifted.local_count;
  executable->words_in_all = lifted.word_count;
  executable->frame_words = sizeof(Frame) / 8 + lifted.register_count;
  executable->has_handlers = lifted.has_handlers;
  executable->simple =
      code->keyword_only_count == 0 && (code->code_flags & (kCoVarArgs | kCoVarKeywords)) == 0;
}

/// Nulls, and the constants that are used often.
void fill_template(Value* frame_template, const Code* code, const LiftedView& lifted) {
  for (size_t i = 0; i < lifted.local_count; ++i) frame_template[i] = Value();
  for (size_t i = 0; i < lifted.pinned_count; ++i) {
    uint32_t index;
    std::memcpy(&index, static_cast<const char*>(lifted.pinned) + i * sizeof index, sizeof index);
    frame_template[lifted.local_count + i] = code->consts->items[index];
  }
}

bool is_in_archive(const Code* code, bool tracing) {
  return code->lifted_form != nullptr && !tracing;
}

std::variant<lift::RegisterCode, lift::LiftError> lift_code(const Code* code, bool tracing) {
  lift::LiftOptions options;
  options.tracing = tracing;
  return lift::lift(view_of(code), options);
}

Result<Executable*> make_executable_of(const LiftedView& source, Code* code, bool tracing) {
  if (source.word_count == 0) return raise_malformed(code, "no code");
  auto* executable = allocate_instance<Executable>(executable_type);
  fill_sizes(executable, code, source);
  executable->tracing = tracing;
  const size_t size = (size_t{source.word_count} + source.temp_base) * 8;
  Blob* storage = allocate<Blob>(shapes.blob, sizeof(Blob) + size);
  storage->length = size;
  store(static_cast<Object*>(executable), executable->storage, storage);
  executable->words = reinterpret_cast<uint64_t*>(storage->data);
  std::memcpy(executable->words, source.words, size_t{source.word_count} * 8);
  auto* frame_template = reinterpret_cast<Value*>(executable->words + source.word_count);
  fill_template(frame_template, code, source);
  executable->frame_template = frame_template;
  TRY(finish_words(code, executable->words, source.word_count));
  bool resume_first = static_cast<Op>(field_op(executable->words)) == Op::Resume;
  executable->entry = executable->words + (resume_first ? 1 : 0);
  return executable;
}

/// From the archive, where that holds its register code, or by lifting.
Result<Executable*> make_executable(Code* code, bool tracing) {
  if (is_in_archive(code, tracing)) return make_executable_of(view_of_form(code->lifted_form), code, tracing);
  auto outcome = lift_code(code, tracing);
  if (auto* error = std::get_if<lift::LiftError>(&outcome)) return raise_malformed(code, error->message);
  return make_executable_of(view_of_lifted(std::get<lift::RegisterCode>(outcome)), code, tracing);
}

void release_executable(Object* object) {
  auto* executable = static_cast<Executable*>(object);
  if (executable->lifted != nullptr) account_external(-kept_bytes(*executable->lifted));
  delete executable->live_code;
  delete executable->lifted;
  executable->live_code = nullptr;
  executable->lifted = nullptr;
}

lift::RegisterCode lift_once_more(const Executable* executable) {
  const Code* code = executable->code;
  if (is_in_archive(code, executable->tracing)) return read_lifted_form(code->lifted_form);
  return std::move(std::get<lift::RegisterCode>(lift_code(code, executable->tracing)));
}

}  // namespace

const lift::Liveness& Executable::live() {
  if (live_code == nullptr) live_code = new LiveCode(lift_once_more(this));
  return live_code->liveness;
}

const lift::StackMap& stack_map_of(Executable* executable) {
  static uint32_t known = 0;
  static lift::StackMap map;
  if (executable->id != known) {
    lift::LiftOptions options;
    options.tracing = executable->tracing;
    map = lift::map_stack(view_of(executable->code), options).value_or(lift::StackMap());
    known = executable->id;
  }
  return map;
}

void Executable::make_tables() {
  lifted = without_words(lift_once_more(this));
  account_external(kept_bytes(*lifted));
}

Result<Executable*> executable_of(Code* code) {
  if (code->executable == nullptr) {
    TRY(complete(code));
    Executable* made = TRY(make_executable(code, false));
    store(static_cast<Object*>(code), code->executable, made);
  }
  return code->executable;
}

Result<Executable*> traced_executable_of(Code* code) {
  if (code->traced == nullptr) {
    TRY(complete(code));
    Executable* made = TRY(make_executable(code, true));
    store(static_cast<Object*>(code), code->traced, made);
  }
  return code->traced;
}

void complete_executable_type() {
  TypeSpec spec{.name = "executable", .kind = Kind::kNative, .basic_size = sizeof(Executable)};
  spec.flags = kTypeDisallowNew;
  spec.trace = trace_members<&Executable::code, &Executable::storage>;
  spec.slots.release = release_executable;
  static TypeSpec kept = spec;
  executable_type = make_native_type(kept);
  static Object* root = executable_type;
  add_root(&root);
}

}  // namespace ouro::vm
