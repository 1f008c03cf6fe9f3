// The module xxsubtype: a list and a dict with a number, as native classes derived from builtin ones. CPython
// has it as an example for writers of such classes, and its tests of classes use it.
#include "vm/modules/native_module.h"

namespace ouro::vm {

namespace {

struct SpamList : List {
  int64_t state;
};
struct SpamDict : Dict {
  int64_t state;
};

Type *list_type, *dict_type;

template <class Spam>
Result<Value> get_state(Value self) {
  return make_int(self.as<Spam>()->state);
}

template <class Spam>
Result<Value> getstate(const Value* a) {
  return get_state<Spam>(a[0]);
}

template <class Spam>
Result<Value> setstate(const Value* a) {
  a[0].as<Spam>()->state = TRY(to_c_int(a[1]));
  return none();
}

template <class Spam, Type** kBase>
Status init(Value self, const Arguments& arguments) {
  TRY((*kBase)->slots.init(self, arguments));
  self.as<Spam>()->state = 0;
  return {};
}
Status init_list(Value self, const Arguments& arguments) {
  return init<SpamList, &types.list>(self, arguments);
}
Status init_dict(Value self, const Arguments& arguments) {
  return init<SpamDict, &types.dict>(self, arguments);
}

/// (the class, or None; the positional arguments; the keywords, or None)
Value call_shown(Value cls, const Value* arguments) {
  return make_tuple({cls, arguments[0], arguments[1].is_null() ? none() : arguments[1]});
}
Result<Value> classmeth(const Value* a) {
  return call_shown(a[0], a + 1);
}
Result<Value> staticmeth(const Value* a) {
  return call_shown(none(), a);
}

constexpr MethodSpec kListMethods[] = {
    {"getstate", "($self, /)", getstate<SpamList>, "getstate() -> state"},
    {"setstate", "($self, state, /)", setstate<SpamList>, "setstate(state)"},
    {"classmeth", "($type, *args, **kw)", classmeth, "classmeth(*args, **kw)", Binding::Class},
    {"staticmeth", "(*args, **kw)", staticmeth, "staticmeth(*args, **kw)", Binding::Static},
};
constexpr GetSetSpec kListGetSets[] = {{"state", get_state<SpamList>, nullptr, "The number of the list."}};
constexpr MethodSpec kDictMethods[] = {
    {"getstate", "($self, /)", getstate<SpamDict>, "getstate() -> state"},
    {"setstate", "($self, state, /)", setstate<SpamDict>, "setstate(state)"},
};
constexpr GetSetSpec kDictGetSets[] = {{"state", get_state<SpamDict>, nullptr, "The number of the dict."}};

Status execute(Module* module) {
  static TypeSpec list{.name = "xxsubtype.spamlist",
                       .basic_size = sizeof(SpamList),
                       .flags = kTypeBase,
                       .methods = kListMethods,
                       .getsets = kListGetSets};
  static TypeSpec dict{.name = "xxsubtype.spamdict",
                       .basic_size = sizeof(SpamDict),
                       .flags = kTypeBase,
                       .methods = kDictMethods,
                       .getsets = kDictGetSets};
  list.slots.init = init_list;
  dict.slots.init = init_dict;
  TRY(add_type(module, &list_type, list, types.list));
  return add_type(module, &dict_type, dict, types.dict);
}

}  // namespace

extern const ModuleSpec kXxsubtypeModule{
    .name = "xxsubtype", .doc = "Native classes derived from list and dict.", .execute = execute};

}  // namespace ouro::vm
