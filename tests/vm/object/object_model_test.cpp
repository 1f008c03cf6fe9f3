// The object model through its C++ interface: classes, shapes, attributes, signatures, exceptions.
#include <gtest/gtest.h>

#include "vm/object/class_support.h"
#include "vm/object/descriptors.h"
#include "vm/object/protocol.h"
#include "vm/object/shape_access.h"
#include "vm/object/special_methods.h"

namespace ouro::vm {
namespace {

class ObjectModel : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    static bool started = false;
    if (!started) start_runtime();
    started = true;
  }
  void TearDown() override { take_exception(); }
};

Type* class_of(std::string_view name, std::initializer_list<Value> bases, Dict* dict = nullptr) {
  Result<Type*> made = make_class(types.type, intern(name), make_tuple(bases),
                                  dict != nullptr ? dict : make_dict(), Arguments{});
  return made.ok() ? made.unwrap() : nullptr;
}

std::string pending_text() {
  Exception* exception = take_exception();
  if (exception == nullptr) return "no exception";
  Result<Str*> text = to_str(exception);
  return std::string(type_name(exception)) + ": " + to_utf8(text.unwrap());
}

std::string names_of(Tuple* classes) {
  std::string text;
  for (Value item : classes->span()) text += to_utf8(item.as<Type>()->name) + " ";
  return text;
}

TEST_F(ObjectModel, LinearizesDiamonds) {
  Type* a = class_of("A", {});
  Type* b = class_of("B", {a});
  Type* c = class_of("C", {a});
  Type* d = class_of("D", {b, c});
  ASSERT_NE(d, nullptr);
  EXPECT_EQ(names_of(d->mro), "D B C A object ");
  EXPECT_TRUE(is_subtype(d, a));
  EXPECT_FALSE(is_subtype(a, d));
}

TEST_F(ObjectModel, RefusesInconsistentOrders) {
  Type* a = class_of("A", {});
  Type* b = class_of("B", {a});
  EXPECT_EQ(class_of("C", {a, b}), nullptr);
  EXPECT_EQ(pending_text(),
            "TypeError: Cannot create a consistent method resolution\norder (MRO) for bases A, B");
  EXPECT_EQ(class_of("C", {a, a}), nullptr);
  EXPECT_EQ(pending_text(), "TypeError: duplicate base class A");
  EXPECT_EQ(class_of("C", {types.int_, types.str}), nullptr);
  EXPECT_EQ(pending_text(), "TypeError: multiple bases have instance lay-out conflict");
  EXPECT_EQ(class_of("C", {types.bool_}), nullptr);
  EXPECT_EQ(pending_text(), "TypeError: type 'bool' is not an acceptable base type");
}

TEST_F(ObjectModel, InstancesOfAClassShareShapes) {
  Type* type = class_of("P", {});
  Object* first = allocate_instance(type);
  Object* second = allocate_instance(type);
  ASSERT_TRUE(set_attribute(first, intern("x"), make_int(1)).ok());
  ASSERT_TRUE(set_attribute(first, intern("y"), make_int(2)).ok());
  ASSERT_TRUE(set_attribute(second, intern("x"), make_int(3)).ok());
  EXPECT_NE(first->shape, second->shape);
  ASSERT_TRUE(set_attribute(second, intern("y"), make_int(4)).ok());
  EXPECT_EQ(first->shape, second->shape);
  EXPECT_EQ(find_slot(first->shape, intern("y")), 1);
  EXPECT_TRUE(get_attribute(second, intern("x")).unwrap() == make_int(3));
}

TEST_F(ObjectModel, ManyAttributesOverflowAndThenBecomeADictionary) {
  Type* type = class_of("Wide", {});
  Object* object = allocate_instance(type);
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(set_attribute(object, intern("name" + std::to_string(i)), make_int(i)).ok());
    if (i == 100) {
      EXPECT_FALSE(object->shape->is_dictionary);
    }
  }
  EXPECT_TRUE(object->shape->is_dictionary);
  for (int i = 0; i < 400; ++i)
    EXPECT_TRUE(get_attribute(object, intern("name" + std::to_string(i))).unwrap() == make_int(i));
  // The type has learned: the next instance has more room inside.
  EXPECT_GT(type->inline_slots, 3);
}

TEST_F(ObjectModel, DeletingTheLastAttributeKeepsTheShapeTree) {
  Type* type = class_of("D", {});
  Object* object = allocate_instance(type);
  ASSERT_TRUE(set_attribute(object, intern("a"), make_int(1)).ok());
  Shape* one = object->shape;
  ASSERT_TRUE(set_attribute(object, intern("b"), make_int(2)).ok());
  ASSERT_TRUE(set_attribute(object, intern("b"), Value()).ok());
  EXPECT_EQ(object->shape, one);
  ASSERT_TRUE(set_attribute(object, intern("c"), make_int(3)).ok());
  ASSERT_TRUE(set_attribute(object, intern("a"), Value()).ok());
  EXPECT_TRUE(object->shape->is_dictionary);
  EXPECT_TRUE(get_attribute(object, intern("c")).unwrap() == make_int(3));
  EXPECT_FALSE(get_attribute(object, intern("a")).ok());
  EXPECT_EQ(pending_text(), "AttributeError: 'D' object has no attribute 'a'");
}

TEST_F(ObjectModel, SubclassesOfVariableSizeKindsHaveAttributes) {
  Type* type = class_of("T", {types.tuple});
  Value items = make_tuple({make_int(1), make_int(2), make_int(3)});
  Value object = call(type, {items}).unwrap();
  ASSERT_TRUE(set_attribute(object, intern("tag"), make_int(7)).ok());
  EXPECT_EQ(object.as<Tuple>()->length, 3u);
  EXPECT_TRUE(get_attribute(object, intern("tag")).unwrap() == make_int(7));
  EXPECT_TRUE(object.as<Tuple>()->items[2] == make_int(3));
}

TEST_F(ObjectModel, SlotsAreFieldsAndReportWhatIsMissing) {
  Dict* dict = make_dict();
  dict_set(dict, names.dunder_slots, make_tuple({intern("x"), intern("__secret")}));
  Type* type = class_of("S", {}, dict);
  ASSERT_NE(type, nullptr);
  Object* object = allocate_instance(type);
  EXPECT_FALSE(get_attribute(object, intern("x")).ok());
  EXPECT_EQ(pending_text(), "AttributeError: 'S' object has no attribute 'x'");
  ASSERT_TRUE(set_attribute(object, intern("x"), make_int(5)).ok());
  EXPECT_TRUE(get_attribute(object, intern("x")).unwrap() == make_int(5));
  ASSERT_TRUE(set_attribute(object, intern("_S__secret"), make_int(6)).ok());
  EXPECT_FALSE(set_attribute(object, intern("y"), make_int(5)).ok());
  EXPECT_EQ(pending_text(), "AttributeError: 'S' object has no attribute 'y'");
}

TEST_F(ObjectModel, VersionsChangeWithTheClassAndItsBases) {
  Type* base = class_of("Base", {});
  Type* derived = class_of("Derived", {base});
  Object* object = allocate_instance(derived);
  const uint32_t before = cache_version(object->shape);
  ASSERT_NE(before, 0u);
  EXPECT_EQ(cache_version(object->shape), before);
  EXPECT_TRUE(lookup_in_type(derived, intern("answer")).is_null());
  ASSERT_TRUE(set_attribute(base, intern("answer"), make_int(42)).ok());
  EXPECT_EQ(object->shape->version, 0u);
  EXPECT_NE(cache_version(object->shape), before);
  EXPECT_TRUE(lookup_in_type(derived, intern("answer")) == make_int(42));
}

TEST_F(ObjectModel, DundersAndSlotsStayInStep) {
  Type* type = class_of("N", {types.int_});
  EXPECT_EQ(type->slots.add, types.int_->slots.add);
  Value wrapper = get_attribute(types.int_, names.dunder_add).unwrap();
  ASSERT_TRUE(set_attribute(type, names.dunder_sub, wrapper).ok());
  EXPECT_NE(type->slots.subtract, types.int_->slots.subtract);
  EXPECT_TRUE(binary(BinaryOp::Subtract, call(type, {make_int(5)}).unwrap(), make_int(3)).unwrap() ==
              make_int(8));
  ASSERT_TRUE(set_attribute(type, names.dunder_sub, Value()).ok());
  EXPECT_EQ(type->slots.subtract, types.int_->slots.subtract);
  ASSERT_TRUE(set_attribute(type, names.dunder_hash, none()).ok());
  EXPECT_FALSE(hash(call(type, {make_int(5)}).unwrap()).ok());
  EXPECT_EQ(pending_text(), "TypeError: unhashable type: 'N'");
}

TEST_F(ObjectModel, SlotWrappersCheckTheirArguments) {
  Value add = get_attribute(types.int_, names.dunder_add).unwrap();
  EXPECT_FALSE(call(add).ok());
  EXPECT_EQ(pending_text(), "TypeError: descriptor '__add__' of 'int' object needs an argument");
  EXPECT_FALSE(call(add, {names.add, make_int(1)}).ok());
  EXPECT_EQ(pending_text(), "TypeError: descriptor '__add__' requires a 'int' object but received a 'str'");
  EXPECT_FALSE(call(add, {make_int(1)}).ok());
  EXPECT_EQ(pending_text(), "TypeError: expected 1 argument, got 0");
  EXPECT_TRUE(call(add, {make_int(1), make_int(2)}).unwrap() == make_int(3));
  EXPECT_TRUE(call(add, {make_int(1), none()}).unwrap() == not_implemented());
}

struct SignatureCase {
  const char* text;
  bool full_name;
  std::vector<int> positional;
  std::vector<const char*> keywords;  // their values: 100, 101, ...
  const char* expected;
};

std::string bind_text(const SignatureCase& test) {
  auto* signature = new Signature("f", test.text);
  if (test.full_name) signature->set_full_name("type.f");
  std::vector<Value> values;
  for (int number : test.positional) values.push_back(make_int(number));
  List* keywords = make_list();
  for (size_t i = 0; i < test.keywords.size(); ++i) {
    (void)list_append(keywords, intern(test.keywords[i]));
    values.push_back(make_int(100 + static_cast<int>(i)));
  }
  Tuple* tuple = keywords->length != 0 ? make_tuple(keywords->span()) : nullptr;
  Value out[8];
  if (!signature->bind(Arguments{values.data(), test.positional.size(), tuple}, out).ok())
    return pending_text();
  std::string text;
  for (size_t i = 0; i < signature->parameter_count(); ++i)
    text += (out[i].is_null() ? "-" : to_utf8(repr(out[i]).unwrap())) + " ";
  return text;
}

TEST_F(ObjectModel, SignaturesBindAndComplainAsCPythonDoes) {
  const SignatureCase cases[] = {
      {"($self, /)", true, {1}, {}, "TypeError: type.f() takes no arguments (1 given)"},
      {"($self, /)", true, {}, {"x"}, "TypeError: type.f() takes no keyword arguments"},
      {"($self, x, /)", true, {}, {}, "TypeError: type.f() takes exactly one argument (0 given)"},
      {"($self, x, /)", true, {1, 2}, {}, "TypeError: type.f() takes exactly one argument (2 given)"},
      {"(x, /)", false, {}, {}, "TypeError: f expected 1 argument, got 0"},
      {"($self, index=-1, /)", true, {1, 2}, {}, "TypeError: f expected at most 1 argument, got 2"},
      {"($self, a, b, /)", true, {1}, {}, "TypeError: f expected 2 arguments, got 1"},
      {"($self, a, b=1, c=2, /)", true, {}, {}, "TypeError: f expected at least 1 argument, got 0"},
      {"($self, a, b=1, c=(1, 2), /)", true, {1, 2}, {}, "1 2 - "},
      {"(a, b=1)", false, {}, {}, "TypeError: f() missing required argument 'a' (pos 1)"},
      {"(a, b=1)", false, {1, 2, 3}, {}, "TypeError: f() takes at most 2 arguments (3 given)"},
      {"(a, b=1)", false, {1}, {"c"}, "TypeError: 'c' is an invalid keyword argument for f()"},
      {"(a, b=1)", false, {1}, {"a"}, "TypeError: argument for f() given by name ('a') and position (1)"},
      {"(a, b=1)", false, {1}, {"b"}, "1 100 "},
      {"(a, b=1)", false, {}, {"b", "a"}, "101 100 "},
      {"(a, /, *, key=None)", false, {1}, {"key"}, "1 100 "},
      {"(a, /, *, key=None)",
       false,
       {1, 2},
       {},
       "TypeError: f() takes exactly 1 positional argument (2 given)"},
      {"(*, key=None, reverse=False)", false, {1}, {}, "TypeError: f() takes no positional arguments"},
      {"(*args, key=None)", false, {1, 2}, {"key"}, "(1, 2) 100 "},
      {"(*args, sep=', ', **rest)", false, {1}, {"x"}, "(1,) - {'x': 100} "},
  };
  for (const SignatureCase& test : cases) EXPECT_EQ(bind_text(test), test.expected) << test.text;
}

TEST_F(ObjectModel, ExceptionsChainToWhatIsHandled) {
  raise(types.KeyError, "first");
  Exception* first = take_exception();
  HandledException handled{first, thread()->handled};
  thread()->handled = &handled;
  raise(types.ValueError, "second {}", 2);
  Exception* second = take_exception();
  EXPECT_TRUE(second->context == Value(first));
  raise_value(first);
  EXPECT_TRUE(take_exception()->context.is_null());
  thread()->handled = handled.previous;
}

TEST_F(ObjectModel, OSErrorsChooseTheirClass) {
  raise_os_error(2, make_str("name"));
  EXPECT_EQ(pending_text(), "FileNotFoundError: [Errno 2] No such file or directory: 'name'");
  raise_with(types.OSError, {make_str("text")});
  EXPECT_EQ(pending_text(), "OSError: text");
}

TEST_F(ObjectModel, ClassesDieWithTheirEntriesInTheBase) {
  Type* base = class_of("Root", {});
  {
    std::string name = "Leaf";
    for (int i = 0; i < 20; ++i) class_of(name + std::to_string(i), {base});
  }
  collect(2);
  collect(2);
  // Some may still be seen from the C++ stack, most cannot.
  EXPECT_LT(subclass_list(base)->length, 10u);
}

}  // namespace
}  // namespace ouro::vm
