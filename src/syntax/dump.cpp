#include "syntax/dump.h"

#include "base/bigint.h"
#include "base/float_text.h"
#include "base/unicode.h"

namespace ouro::syntax {
namespace {

constexpr int kMaxNesting = 5000;

constexpr std::string_view kBinaryOperators[] = {"Add()",    "Sub()",    "Mult()",    "MatMult()", "Div()",
                                                 "Mod()",    "Pow()",    "LShift()",  "RShift()",  "BitOr()",
                                                 "BitXor()", "BitAnd()", "FloorDiv()"};
constexpr std::string_view kUnaryOperators[] = {"Invert()", "Not()", "UAdd()", "USub()"};
constexpr std::string_view kCompareOperators[] = {"Eq()",  "NotEq()", "Lt()",    "LtE()", "Gt()",
                                                  "GtE()", "Is()",    "IsNot()", "In()",  "NotIn()"};
constexpr std::string_view kContexts[] = {"Load()", "Store()", "Del()"};

class Dumper {
 public:
  Dumper(const Workspace& workspace, bool attributes) : names_(workspace.names), attributes_(attributes) {}

  std::string run(const Module& module) {
    switch (module.kind) {
      case ModuleKind::Module:
        out_ += "Module(body=";
        value(module.body);
        out_ += ", type_ignores=";
        value(module.type_ignores);
        out_ += ')';
        break;
      case ModuleKind::Interactive:
        out_ += "Interactive(body=";
        value(module.body);
        out_ += ')';
        break;
      case ModuleKind::Expression:
        out_ += "Expression(body=";
        value(module.expression);
        out_ += ')';
        break;
      case ModuleKind::FunctionType:
        out_ += "FunctionType(argtypes=";
        value(module.argument_types);
        out_ += ", returns=";
        value(module.expression);
        out_ += ')';
        break;
    }
    return std::move(out_);
  }

 private:
  // --- Fields: those that are absent are left out, as ast.dump() leaves out a None that is the default.
  void separate() {
    if (!first_) out_ += ", ";
    first_ = false;
  }
  template <class T>
  void field(std::string_view name, const T& v) {
    separate();
    out_ += name;
    out_ += '=';
    value(v);
    first_ = false;
  }
  template <class T>
  void field(std::string_view name, T* v) {
    if (v == nullptr) return;
    separate();
    out_ += name;
    out_ += '=';
    value(v);
    first_ = false;
  }
  void field(std::string_view name, Name v) {
    if (v == Name::none) return;
    separate();
    out_ += name;
    out_ += '=';
    value(v);
  }
  void field(std::string_view name, bool v) {
    if (name == "unicode_prefix") {
      if (!v) return;
      separate();
      out_ += "kind='u'";
      return;
    }
    separate();
    out_ += name;
    out_ += v ? "=1" : "=0";
  }

  void begin(std::string_view name) {
    out_ += name;
    out_ += '(';
    first_ = true;
  }
  void end(const SourceRange* range) {
    if (attributes_ && range != nullptr) {
      field("lineno", range->line);
      field("col_offset", range->column);
      field("end_lineno", range->end_line);
      field("end_col_offset", range->end_column);
    }
    out_ += ')';
    first_ = false;
  }

  // --- Values
  void value(BoolOperator op) { out_ += op == BoolOperator::And ? "And()" : "Or()"; }
  void value(BinaryOperator op) { out_ += kBinaryOperators[static_cast<size_t>(op)]; }
  void value(UnaryOperator op) { out_ += kUnaryOperators[static_cast<size_t>(op)]; }
  void value(CompareOperator op) { out_ += kCompareOperators[static_cast<size_t>(op)]; }
  void value(ExprContext context) { out_ += kContexts[static_cast<size_t>(context)]; }
  void value(int32_t v) { out_ += std::to_string(v); }
  void value(Name name) { out_ += str_repr(names_.text(name)); }

  template <class T>
  void value(std::span<T> list) {
    out_ += '[';
    bool first = true;
    for (const T& item : list) {
      if (!first) out_ += ", ";
      first = false;
      element(item);
    }
    out_ += ']';
  }
  template <class T>
  void element(T* item) {
    if (item == nullptr) {
      out_ += "None";
    } else {
      value(item);
    }
  }
  template <class T>
  void element(const T& item) {
    value(item);
  }

  void value(const Constant* c) {
    switch (c->kind) {
      case ConstantKind::None:
        out_ += "None";
        break;
      case ConstantKind::False:
        out_ += "False";
        break;
      case ConstantKind::True:
        out_ += "True";
        break;
      case ConstantKind::Ellipsis:
        out_ += "Ellipsis";
        break;
      case ConstantKind::Int:
        out_ += int_to_decimal(int_view(*c));
        break;
      case ConstantKind::Float:
        out_ += float_repr(c->real);
        break;
      case ConstantKind::Complex:
        out_ += complex_repr(c->real, c->imag);
        break;
      case ConstantKind::Str:
        out_ += str_repr(c->text());
        break;
      case ConstantKind::Bytes:
        out_ += bytes_repr(c->text());
        break;
      case ConstantKind::Tuple:
      case ConstantKind::FrozenSet:
        collection(*c);
        break;
      case ConstantKind::Code:
        out_ += "<code>";
        break;
    }
  }
  void collection(const Constant& c) {
    const bool tuple = c.is(ConstantKind::Tuple);
    out_ += tuple ? "(" : "frozenset({";
    bool first = true;
    for (const Constant* item : c.elements()) {
      if (!first) out_ += ", ";
      first = false;
      value(item);
    }
    if (tuple && c.size == 1) out_ += ',';
    out_ += tuple ? ")" : "})";
  }

  bool too_deep() {
    if (nesting_ < kMaxNesting) return false;
    out_ += "...";
    first_ = false;
    return true;
  }

#define FIELD(type, name) field(#name, n.name);
#define EXPR(name, fields)                                 \
  case ExprKind::name: {                                   \
    begin(#name);                                          \
    [[maybe_unused]] const auto& n = *e->as<name##Expr>(); \
    fields                                                 \
  } break;
  void value(const Expr* e) {
    if (too_deep()) return;
    ++nesting_;
    switch (e->kind) {
#include "syntax/nodes.def"
    }
    end(&e->range);
    --nesting_;
  }
#define STMT(name, fields)                                 \
  case StmtKind::name: {                                   \
    begin(#name);                                          \
    [[maybe_unused]] const auto& n = *e->as<name##Stmt>(); \
    fields                                                 \
  } break;
  void value(const Stmt* e) {
    if (too_deep()) return;
    ++nesting_;
    switch (e->kind) {
#include "syntax/nodes.def"
    }
    end(&e->range);
    --nesting_;
  }
#define PATTERN(name, fields)                                 \
  case PatternKind::name: {                                   \
    begin(#name);                                             \
    [[maybe_unused]] const auto& n = *e->as<name##Pattern>(); \
    fields                                                    \
  } break;
  void value(const Pattern* e) {
    if (too_deep()) return;
    ++nesting_;
    switch (e->kind) {
#include "syntax/nodes.def"
    }
    end(&e->range);
    --nesting_;
  }
#undef FIELD

  // --- Helper nodes
  void value(const TypeIgnore& n) {
    begin("TypeIgnore");
    field("lineno", n.line);
    field("tag", n.tag);
    end(nullptr);
  }
  void value(const Comprehension* n) {
    begin("comprehension");
    field("target", n->target);
    field("iter", n->iter);
    field("ifs", n->ifs);
    field("is_async", n->is_async);
    end(nullptr);
  }
  void value(const ExceptHandler* n) {
    begin("ExceptHandler");
    field("type", n->type);
    field("name", n->name);
    field("body", n->body);
    end(&n->range);
  }
  void value(const Arg* n) {
    begin("arg");
    field("arg", n->arg);
    field("annotation", n->annotation);
    field("type_comment", n->type_comment);
    end(&n->range);
  }
  void value(const Arguments* n) {
    begin("arguments");
    field("posonlyargs", n->posonlyargs);
    field("args", n->args);
    field("vararg", n->vararg);
    field("kwonlyargs", n->kwonlyargs);
    field("kw_defaults", n->kw_defaults);
    field("kwarg", n->kwarg);
    field("defaults", n->defaults);
    end(nullptr);
  }
  void value(const Keyword* n) {
    begin("keyword");
    field("arg", n->arg);
    field("value", n->value);
    end(&n->range);
  }
  void value(const Alias* n) {
    begin("alias");
    field("name", n->name);
    field("asname", n->asname);
    end(&n->range);
  }
  void value(const WithItem* n) {
    begin("withitem");
    field("context_expr", n->context_expr);
    field("optional_vars", n->optional_vars);
    end(nullptr);
  }
  void value(const MatchCase* n) {
    begin("match_case");
    field("pattern", n->pattern);
    field("guard", n->guard);
    field("body", n->body);
    end(nullptr);
  }

  const Interner& names_;
  bool attributes_;
  std::string out_;
  bool first_ = true;
  int nesting_ = 0;
};

}  // namespace

std::string dump(const Workspace& workspace, const Module& module, bool include_attributes) {
  return Dumper(workspace, include_attributes).run(module);
}

}  // namespace ouro::syntax
