// Scanners: matches one after the other. What finditer() iterates over.
#include <cstddef>

#include "vm/modules/sre/objects.h"

namespace ouro::vm::sre {

namespace {

struct Scanner : Object {
  Pattern* pattern;
  Text text;
  Range range;
  BufferView view;  // held as long as the scanner lives
  int64_t pos, endpos;
  bool exhausted, executing;
};

void trace_scanner(Object* object, Tracer& tracer) {
  auto* scanner = static_cast<Scanner*>(object);
  tracer.visit(scanner->pattern);
  tracer.visit(scanner->text.string);
  tracer.visit(scanner->view.object);
}

void release_scanner(Object* object) {
  auto* scanner = static_cast<Scanner*>(object);
  scanner->exhausted = true;
  if (!scanner->view.object.is_null()) release_buffer(&scanner->view);
  scanner->view.object = Value();
}

Result<Value> step(Value self, bool search) {
  auto* scanner = self.as<Scanner>();
  if (scanner->executing) return raise(types.ValueError, "regular expression scanner already executing");
  if (scanner->exhausted) return none();
  Matcher matcher(program_in(scanner->pattern->program));
  scanner->executing = true;
  Result<bool> found = search ? matcher.search(scanner->range) : matcher.match(scanner->range);
  scanner->executing = false;
  if (!TRY(found)) {
    scanner->exhausted = true;
    return none();
  }
  advance(&scanner->range, matcher);
  return make_match(scanner->pattern, scanner->text, scanner->pos, scanner->endpos, matcher);
}

Result<Value> scanner_match(const Value* a) {
  return step(a[0], false);
}
Result<Value> scanner_search(const Value* a) {
  return step(a[0], true);
}

constexpr MethodSpec kMethods[] = {
    {"match", "($self, /)", scanner_match},
    {"search", "($self, /)", scanner_search},
};
constexpr MemberSpec kMembers[] = {
    {"pattern", offsetof(Scanner, pattern)},
};

}  // namespace

Result<Value> make_scanner(Pattern* pattern, Value string, int64_t pos, int64_t endpos) {
  auto* scanner = allocate_instance<Scanner>(scanner_type);
  scanner->pattern = pattern;
  scanner->view = BufferView();
  scanner->exhausted = true;
  TRY(open_text(pattern, string, pos, endpos, &scanner->text, &scanner->range, &scanner->view));
  write_barrier(scanner);
  if (!scanner->view.object.is_null()) register_finalizable(scanner);
  scanner->pos = scanner->range.start;
  scanner->endpos = scanner->range.end;
  scanner->exhausted = false;
  return scanner;
}

void fill_scanner_spec(TypeSpec* spec) {
  spec->name = "_sre.SRE_Scanner";
  spec->kind = Kind::kNative;
  spec->basic_size = sizeof(Scanner);
  spec->flags = kTypeDisallowNew | kTypeImmutable;
  spec->trace = trace_scanner;
  spec->methods = kMethods;
  spec->members = kMembers;
  spec->slots.release = release_scanner;
}

}  // namespace ouro::vm::sre
