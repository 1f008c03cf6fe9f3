#include "cli/lifted.h"

#include <fmt/format.h>

#include "base/unicode.h"
#include "bytecode/disassemble.h"
#include "lift/lift.h"

namespace ouro::cli {

namespace {

constexpr uint64_t kTextBudget = uint64_t{64} << 20;

class Names : public lift::DumpNames {
 public:
  explicit Names(const CodeObject& code) : code_(code), texts_(kTextBudget) {}
  std::string local(uint32_t index) const override {
    return texts_.name(*code_.locals_plus_names->elements()[index]);
  }
  std::string constant(uint32_t index) const override {
    return texts_.repr(*code_.consts->elements()[index]);
  }
  std::string name(uint32_t index) const override { return texts_.name(*code_.names->elements()[index]); }

 private:
  const CodeObject& code_;
  mutable ArgumentTexts texts_;
};

void write_operations(const lift::RegisterCode& code, const Names& names, JsonWriter& json) {
  json.key("operations").begin_array();
  for (const lift::DumpLine& line : lift::dump_lines(code, &names)) {
    json.begin_object().field("word", int64_t{line.word}).field("offset", int64_t{line.offset});
    json.field("operation", line.operation).field("operands", line.operands).field("remark", line.remark);
    json.end_object();
  }
  json.end_array();
}

void write_handlers(const lift::RegisterCode& code, JsonWriter& json) {
  json.key("handlers").begin_array();
  for (const lift::Handler& handler : code.handlers) {
    json.begin_object().field("start", int64_t{handler.start}).field("end", int64_t{handler.end});
    json.field("target", int64_t{handler.target});
    json.field("exception", lift::register_name(code, handler.exception));
    json.key("lasti");
    if (handler.last_index == lift::kNoRegister)
      json.null();
    else
      json.string(lift::register_name(code, handler.last_index));
    json.end_object();
  }
  json.end_array();
}

void write_code(const CodeObject& code, const VersionTable& version, JsonWriter& json, bool* refused) {
  json.begin_object().field("qualname", code.qualified_name->text());
  json.field("firstlineno", int64_t{code.first_line});
  const auto lifted = lift::lift(lift::view_of(code, version.version));
  if (const auto* error = std::get_if<lift::LiftError>(&lifted)) {
    *refused = true;
    json.field("error", error->message);
  } else {
    const auto& result = std::get<lift::RegisterCode>(lifted);
    const Names names(code);
    json.field("locals", int64_t{result.local_count});
    json.field("temporaries", int64_t{result.register_count} - result.temp_base);
    json.key("constants").begin_array();
    for (const uint32_t constant : result.pinned_consts) json.integer(constant);
    json.end_array();
    write_operations(result, names, json);
    write_handlers(result, json);
  }
  json.end_object();
  for (const Constant* constant : code.consts->elements())
    if (constant->is(ConstantKind::Code)) write_code(*constant->code, version, json, refused);
}

}  // namespace

std::string lifted_text(const CodeObject& code, const VersionTable& version, bool* refused) {
  std::string out = fmt::format("\nRegister code of {}:\n", str_repr(code.qualified_name->text()));
  const auto lifted = lift::lift(lift::view_of(code, version.version));
  if (const auto* error = std::get_if<lift::LiftError>(&lifted)) {
    *refused = true;
    return out + fmt::format("none: {}\n", error->message);
  }
  const Names names(code);
  return out + lift::dump(std::get<lift::RegisterCode>(lifted), &names);
}

void lifted_json(const CodeObject& code, const VersionTable& version, JsonWriter& json, bool* refused) {
  json.begin_array();
  write_code(code, version, json, refused);
  json.end_array();
}

}  // namespace ouro::cli
