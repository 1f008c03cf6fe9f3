// The collector against what CPython does: the same programs with malloc and reference counts. Prints for
// each the time of both, the ratio (above 1: the collector is faster), and the peak of memory that the
// collector's run added, in units of what the counted one needed.
#include "vm/heap/heap.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "vm/heap/heap_inline.h"

namespace {

using ouro::vm::Kind;
using ouro::vm::Object;
using ouro::vm::Shape;
using ouro::vm::Tracer;
using ouro::vm::Value;

struct Tree : Object {
  Tree* left;
  Tree* right;
};

void trace_tree(Object* object, Tracer& tracer) {
  tracer.visit(static_cast<Tree*>(object)->left);
  tracer.visit(static_cast<Tree*>(object)->right);
}

Shape make_shape(Kind kind, ouro::vm::TraceFn trace) {
  Shape shape = {};
  shape.gc = ouro::vm::kGcStatic | ouro::vm::kGcOld;
  shape.kind = Kind::kShape;
  shape.instance_kind = kind;
  shape.trace = trace;
  return shape;
}
Shape tree_shape = make_shape(Kind::kInstance, trace_tree);
Shape array_shape = make_shape(Kind::kArray, ouro::vm::trace_array);

// The garbage-collected side.
struct Collected {
  using Node = Tree;
  struct Table {
    explicit Table(uint64_t length) {
      auto* array = ouro::vm::allocate<ouro::vm::Array>(&array_shape, sizeof(ouro::vm::Array) + length * 8);
      array->length = length;
      word = array;
      ouro::vm::add_root(&word);
    }
    ~Table() { ouro::vm::remove_root(&word); }
    void set(uint64_t i, Node* node) {
      auto* array = word.as<ouro::vm::Array>();
      ouro::vm::store(array, array->items[i], node);
    }
    Value word;
  };
  static Node* make(Node* left, Node* right) {
    Node* node = ouro::vm::allocate_inline<Node>(&tree_shape);
    node->left = left;
    node->right = right;
    return node;
  }
  static void drop(Node*) {}
};

// The counted side: an object header of 16 bytes, as CPython's without its collector's 16.
struct CountedNode {
  int64_t references;
  void* type;
  CountedNode* left;
  CountedNode* right;
};

struct Counted {
  using Node = CountedNode;
  struct Table {
    explicit Table(uint64_t length)
        : items(static_cast<Node**>(calloc(length, sizeof(Node*)))), length(length) {}
    ~Table() {
      for (uint64_t i = 0; i < length; ++i) drop(items[i]);
      free(items);
    }
    void set(uint64_t i, Node* node) {
      Node* old = items[i];
      items[i] = node;
      drop(old);
    }
    Node** items;
    uint64_t length;
  };
  static Node* make(Node* left, Node* right) {
    Node* node = static_cast<Node*>(malloc(sizeof(Node)));
    *node = {1, nullptr, left, right};
    return node;
  }
  static void drop(Node* node) {
    if (node == nullptr || --node->references > 0) return;
    drop(node->left);
    drop(node->right);
    free(node);
  }
};

template <class Side>
typename Side::Node* build(int depth) {
  if (depth == 0) return Side::make(nullptr, nullptr);
  auto* left = build<Side>(depth - 1);
  return Side::make(left, build<Side>(depth - 1));
}

template <class Node>
int64_t check(Node* node) {
  return node->left == nullptr ? 1 : 1 + check(node->left) + check(node->right);
}

template <class Side>
void short_lived() {
  for (int i = 0; i < 20000000; ++i) Side::drop(Side::make(nullptr, nullptr));
}

template <class Side>
void binary_trees() {
  constexpr int kDepth = 16;
  auto* long_lived = build<Side>(kDepth);
  int64_t sum = 0;
  for (int depth = 4; depth <= kDepth; depth += 4) {
    for (int i = 0; i < 1 << (kDepth - depth + 4); ++i) {
      auto* tree = build<Side>(depth);
      sum += check(tree);
      Side::drop(tree);
    }
  }
  sum += check(long_lived);
  Side::drop(long_lived);
  if (sum == 0) abort();
}

template <class Side>
void growing() {
  constexpr uint64_t kLength = 2000000;
  typename Side::Table table(kLength);
  for (uint64_t i = 0; i < kLength; ++i) table.set(i, Side::make(Side::make(nullptr, nullptr), nullptr));
}

template <class Side>
void replacing() {
  constexpr uint64_t kLength = 300000;
  typename Side::Table table(kLength);
  uint64_t random = 88172645463325252;
  for (int i = 0; i < 10000000; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    table.set(random % kLength, Side::make(Side::make(nullptr, nullptr), nullptr));
  }
}

struct Outcome {
  double seconds;
  double megabytes;
};

// In a child, so that peaks are its own.
Outcome measure(void (*work)()) {
  int channel[2];
  if (pipe(channel) != 0) abort();
  const pid_t child = fork();
  if (child == 0) {
    rusage before = {}, after = {};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    getrusage(RUSAGE_SELF, &after);
    const Outcome outcome = {time.count(), static_cast<double>(after.ru_maxrss - before.ru_maxrss) / 1024};
    _exit(write(channel[1], &outcome, sizeof outcome) == sizeof outcome ? 0 : 1);
  }
  Outcome outcome = {};
  if (read(channel[0], &outcome, sizeof outcome) != sizeof outcome) abort();
  waitpid(child, nullptr, 0);
  close(channel[0]);
  close(channel[1]);
  return outcome;
}

void compare(const char* name, void (*collected)(), void (*counted)()) {
  Outcome best_collected = {1e9, 0}, best_counted = {1e9, 0};
  for (int i = 0; i < 3; ++i) {
    const Outcome a = measure(collected), b = measure(counted);
    if (a.seconds < best_collected.seconds) best_collected = a;
    if (b.seconds < best_counted.seconds) best_counted = b;
  }
  std::printf("%-14s collected %6.3f s  counted %6.3f s  ratio %5.2f   memory %6.1f MB / %6.1f MB\n", name,
              best_collected.seconds, best_counted.seconds, best_counted.seconds / best_collected.seconds,
              best_collected.megabytes, best_counted.megabytes);
}

}  // namespace

int main() {
  compare("short lived", short_lived<Collected>, short_lived<Counted>);
  compare("binary trees", binary_trees<Collected>, binary_trees<Counted>);
  compare("growing", growing<Collected>, growing<Counted>);
  compare("replacing", replacing<Collected>, replacing<Counted>);
}
