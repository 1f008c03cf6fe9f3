// What functools.lru_cache wraps a function in.
//
// The cache is a dict from keys to results, or, with a limit, to links of a ring in the order of use. The
// function may call itself and change the cache while it runs.
#include <algorithm>

#include "vm/modules/_functools.h"

namespace ouro::vm::functools {

namespace {

Type* wrapper_type = nullptr;
Shape* link_shape = nullptr;
Value keyword_mark;  // stands between positional and keyword arguments in keys

struct Link : Object {
  Link *previous, *next;
  Value key, result;
  int64_t hash;
};

struct LruCache : Object {
  Value function;
  Value info_type;
  Dict* cache;
  Link* ring;     // the anchor: its next is the one unused for longest
  int64_t limit;  // -1: none; 0: nothing is kept
  int64_t hits, misses;
  bool typed;
};

Link* make_link() {
  if (link_shape == nullptr)
    link_shape = make_internal_shape(Kind::kTable,
                                     trace_members<&Link::previous, &Link::next, &Link::key, &Link::result>);
  return allocate<Link>(link_shape);
}

void clear_cache(LruCache* self) {
  Link* ring = make_link();
  ring->previous = ring->next = ring;
  store(self, self->ring, ring);
  dict_clear(self->cache);
}

// A link that is in no ring has null neighbours.
void take_out(Link* link) {
  store(link->previous, link->previous->next, link->next);
  store(link->next, link->next->previous, link->previous);
  link->previous = link->next = nullptr;
}

void put_last(LruCache* self, Link* link) {
  Link* ring = self->ring;
  Link* last = ring->previous;
  store(last, last->next, link);
  store(ring, ring->previous, link);
  link->previous = last;
  link->next = ring;
  write_barrier(link);
}

// ---- keys

Result<Value> make_key(LruCache* self, const Arguments& arguments) {
  size_t positional = arguments.positional, keywords = arguments.keyword_count();
  if (!self->typed && keywords == 0) {
    if (positional == 1 && (is_exact_str(arguments[0]) || is_exactly(arguments[0], types.int_)))
      return arguments[0];
    return make_tuple({arguments.values, positional});
  }
  size_t size =
      positional + (keywords > 0 ? 2 * keywords + 1 : 0) + (self->typed ? positional + keywords : 0);
  Tuple* key = TRY(allocate_tuple(size));
  Value* out = std::copy_n(arguments.values, positional, key->items);
  if (keywords > 0) *out++ = keyword_mark;
  for (size_t i = 0; i < keywords; ++i) {
    *out++ = arguments.keywords->items[i];
    *out++ = arguments[positional + i];
  }
  if (self->typed) {
    for (size_t i = 0; i < positional + keywords; ++i) *out++ = type_of(arguments[i]);
  }
  return key;
}

// ---- calls

Result<Value> call_unlimited(LruCache* self, Value key, const Arguments& arguments) {
  int64_t hash = TRY(key_hash(key));
  Value known = TRY(dict_get(self->cache, key, hash));
  if (!known.is_null()) {
    ++self->hits;
    return known;
  }
  ++self->misses;
  Value result = TRY(call(self->function, arguments));
  TRY(dict_set(self->cache, key, hash, result));
  return result;
}

// Makes room by dropping the entry unused for longest. False when that one is gone already: the comparisons
// of the lookup may have come back here.
Result<bool> evict(LruCache* self) {
  Link* oldest = self->ring->next;
  int64_t entry = TRY(dict_lookup(self->cache, oldest->key, oldest->hash));
  if (oldest->next == nullptr) return false;
  take_out(oldest);
  if (entry < 0) return false;
  dict_remove_entry(self->cache, entry);
  return true;
}

Status remember(LruCache* self, Value key, int64_t hash, Value result) {
  if (TRY(dict_lookup(self->cache, key, hash)) >= 0) return {};  // the call itself has put it in
  bool full = static_cast<int64_t>(self->cache->count) >= self->limit && self->ring->next != self->ring;
  if (full && !TRY(evict(self))) return {};
  Link* link = make_link();
  link->key = key;
  link->result = result;
  link->hash = hash;
  TRY(dict_set(self->cache, key, hash, link));
  put_last(self, link);
  return {};
}

Result<Value> call_limited(LruCache* self, Value key, const Arguments& arguments) {
  int64_t hash = TRY(key_hash(key));
  Value known = TRY(dict_get(self->cache, key, hash));
  if (!known.is_null()) {
    auto* link = known.as<Link>();
    if (link->next != nullptr && link->next != self->ring) {
      take_out(link);
      put_last(self, link);
    }
    ++self->hits;
    return link->result;
  }
  ++self->misses;
  Value result = TRY(call(self->function, arguments));
  TRY(remember(self, key, hash, result));
  return result;
}

Result<Value> cache_call(Value value, const Arguments& arguments) {
  auto* self = value.as<LruCache>();
  if (self->limit == 0) {
    ++self->misses;
    return call(self->function, arguments);
  }
  Value key = TRY(make_key(self, arguments));
  return self->limit < 0 ? call_unlimited(self, key, arguments) : call_limited(self, key, arguments);
}

// ---- the wrapper object

Result<Value> cache_new(Type* type, const Arguments& arguments) {
  static const Signature signature("lru_cache", "(user_function, maxsize, typed, cache_info_type)");
  Value bound[4];
  TRY(signature.bind(arguments, bound));
  bool typed = TRY(is_true(bound[2]));
  if (!is_callable(bound[0])) return raise(types.TypeError, "the first argument must be callable");
  int64_t limit = -1;
  if (!is_none(bound[1])) {
    if (!is_index_like(bound[1])) return raise(types.TypeError, "maxsize should be integer or None");
    limit = std::max<int64_t>(TRY(to_int64(bound[1])), 0);
  }
  auto* self = allocate_instance<LruCache>(type);
  self->function = bound[0];
  self->info_type = bound[3];
  self->limit = limit;
  self->typed = typed;
  write_barrier(self);
  Dict* cache = make_dict();
  store(self, self->cache, cache);
  clear_cache(self);
  return self;
}

Result<Value> cache_get(Value self, Value instance, Value) {
  if (instance.is_null() || is_none(instance)) return self;
  return make_bound_method(self, instance);
}

Result<Value> cache_info(const Value* args) {
  auto* self = args[0].as<LruCache>();
  Value limit = self->limit < 0 ? none() : make_int(self->limit);
  Value count = make_int(static_cast<int64_t>(self->cache->count));
  return call(self->info_type, {make_int(self->hits), make_int(self->misses), limit, count});
}

Result<Value> cache_clear(const Value* args) {
  auto* self = args[0].as<LruCache>();
  self->hits = self->misses = 0;
  clear_cache(self);
  return none();
}

Result<Value> cache_reduce(const Value* args) {
  return get_attribute(args[0], names.dunder_qualname);
}

Result<Value> cache_copy(const Value* args) {
  return args[0];
}

constexpr MethodSpec kMethods[] = {
    {"cache_info", "($self, /)", cache_info, "Report the hits, the misses, the limit and the size."},
    {"cache_clear", "($self, /)", cache_clear, "Forget all results and counts."},
    {"__reduce__", "($self, /)", cache_reduce},
    {"__copy__", "($self, /)", cache_copy},
    {"__deepcopy__", "($self, memo, /)", cache_copy},
};
constexpr Slots cache_slots() {
  Slots slots = {};
  slots.new_ = cache_new;
  slots.call = cache_call;
  slots.descr_get = cache_get;
  return slots;
}
constexpr TypeSpec kWrapper = {
    .name = "functools._lru_cache_wrapper",
    .kind = Kind::kNative,
    .basic_size = sizeof(LruCache),
    .flags = kTypeHasDict | kTypeHasWeakrefs | kTypeMethodLike,
    .trace = trace_members<&LruCache::function, &LruCache::info_type, &LruCache::cache, &LruCache::ring>,
    .methods = kMethods,
    .doc = "A function that remembers its results.",
    .slots = cache_slots(),
};

}  // namespace

Status add_lru_cache(Module* module) {
  if (keyword_mark.is_null()) {
    keyword_mark = allocate_instance(types.object);
    add_root(&keyword_mark);
  }
  return add_type(module, &wrapper_type, kWrapper);
}

}  // namespace ouro::vm::functools
