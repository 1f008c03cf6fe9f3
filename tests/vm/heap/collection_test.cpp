#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <unordered_map>

#include "nodes.h"
#include "vm/heap/state.h"

namespace ouro::vm {
namespace {

TEST(Collect, KeepsWhatRootsReachAndFreesTheRest) {
  Root root;
  Hidden dead[100];
  in_other_frame([&] {
    Node* node = make_node(1);
    root.value = node;
    for (uint64_t i = 0; i < 100; ++i) {
      Node* next = make_node(i + 2);
      store(node, node->children[0], static_cast<Object*>(next));
      node = next;
      dead[i] = Hidden(make_weak(make_node(5)));
    }
  });
  EXPECT_GE(collect(0), 150u);
  Node* node = root.value.as<Node>();
  for (uint64_t i = 1; i <= 101; ++i) {
    ASSERT_EQ(node->id, i);
    EXPECT_NE(node->gc & kGcOld, 0);
    node = static_cast<Node*>(node->children[0]);
  }
}

TEST(Collect, TheBarrierKeepsYoungCellsOfOldOnes) {
  Root root(make_node(1));
  collect(2);
  for (int round = 0; round < 20; ++round) {
    in_other_frame([&] {
      Node* holder = root.value.as<Node>();
      store(holder, holder->children[round % 2], static_cast<Object*>(make_node(100 + round)));
    });
    collect(round % 5 == 4 ? 2 : 0);
    for (int i = 0; i < 1000; ++i) make_node(9);
    ASSERT_EQ(static_cast<Node*>(root.value.as<Node>()->children[round % 2])->id, 100u + round);
  }
}

TEST(Collect, ABarrierAfterABatchOfStoresIsEnough) {
  Root root(make_node(1, 100));
  collect(2);
  in_other_frame([&] {
    Node* holder = root.value.as<Node>();
    Root young(make_array(100));
    for (uint64_t i = 0; i < 100; ++i)
      store(young.value.object(), young.value.as<Array>()->items[i], make_node(i));
    for (uint64_t i = 0; i < 100; ++i) holder->children[i] = young.value.as<Array>()->items[i].object();
    write_barrier(holder);
  });
  collect(0);
  for (int i = 0; i < 10000; ++i) make_node(999, 2);
  for (uint64_t i = 0; i < 100; ++i) ASSERT_EQ(static_cast<Node*>(root.value.as<Node>()->children[i])->id, i);
}

TEST(Collect, LargeCellsRememberSingleFields) {
  constexpr uint64_t kLength = 200000;
  Root root(make_array(kLength));
  collect(2);
  std::mt19937 random(3);
  std::unordered_map<uint64_t, uint64_t> model;
  for (int round = 0; round < 30; ++round) {
    in_other_frame([&] {
      Array* array = root.value.as<Array>();
      for (int i = 0; i < 50; ++i) {
        const uint64_t at = random() % kLength;
        const uint64_t id = random();
        store(array, array->items[at], make_node(id));
        model[at] = id;
      }
    });
    EXPECT_TRUE(heap::state().remembered.empty() || round == 0);
    collect(round % 7 == 6 ? 2 : 0);
    for (int i = 0; i < 1000; ++i) make_node(0);
    for (const auto& [at, id] : model) ASSERT_EQ(root.value.as<Array>()->items[at].as<Node>()->id, id);
  }
}

TEST(Collect, InteriorPointersOnTheStackKeepTheirCell) {
  for (const size_t size : {64, 300, 5000, 32768, 200000}) {
    volatile uintptr_t inside;
    Blob* blob = allocate<Blob>(&blob_shape, size);
    blob->length = 4711;
    inside = reinterpret_cast<uintptr_t>(blob) + size - 1;
    blob = nullptr;
    wipe_stack();
    collect(2);
    collect(0);
    for (int i = 0; i < 1000; ++i) allocate(&blob_shape, size)->aux = 1;
    EXPECT_EQ(reinterpret_cast<Blob*>(inside - size + 1)->length, 4711u) << size;
  }
}

TEST(Collect, VisitInteriorKeepsTheCell) {
  static uintptr_t hidden;
  Root root;
  hidden = 0;
  static Shape view_shape = make_shape(Kind::kNative, [](Object*, Tracer& tracer) {
    tracer.visit_interior(reinterpret_cast<void*>(~hidden));
  });
  in_other_frame([&] {
    root.value = allocate(&view_shape, 32);
    Blob* blob = allocate<Blob>(&blob_shape, 100000);
    blob->length = 99;
    hidden = ~(reinterpret_cast<uintptr_t>(blob) + 77777);
  });
  collect(2);
  EXPECT_EQ(reinterpret_cast<Blob*>(~hidden - 77777)->length, 99u);
  for (int i = 0; i < 100; ++i) allocate(&blob_shape, 100000);
  EXPECT_EQ(reinterpret_cast<Blob*>(~hidden - 77777)->length, 99u);
}

TEST(Collect, StaticCellsHoldTheirReferents) {
  struct StaticCell : Object {
    uint64_t id, child_count;
    Object* child;
  };
  static StaticCell cell = {{&node_shape, kGcStatic | kGcOld, Kind::kInstance, 0, 0, 0}, 0, 1, nullptr};
  add_static(&cell);
  for (const int generation : {0, 2, 0, 2}) {
    in_other_frame([&] { store(&cell, cell.child, static_cast<Object*>(make_node(31))); });
    collect(generation);
    for (int i = 0; i < 10000; ++i) make_node(0);
    ASSERT_EQ(static_cast<Node*>(cell.child)->id, 31u);
    collect(2);
    ASSERT_EQ(static_cast<Node*>(cell.child)->id, 31u);
  }
  cell.child = nullptr;
}

TEST(Collect, RootsCanBeRemoved) {
  std::vector<Value> words(1000);
  for (Value& word : words) add_root(&word);
  for (size_t i = 0; i < words.size(); i += 2) remove_root(&words[i]);
  in_other_frame([&] {
    for (uint64_t i = 0; i < words.size(); ++i) words[i] = make_node(i);
  });
  collect(2);
  for (int i = 0; i < 10000; ++i) make_node(123456);
  for (uint64_t i = 1; i < words.size(); i += 2) ASSERT_EQ(words[i].as<Node>()->id, i);
  size_t gone = 0;
  for (uint64_t i = 0; i < words.size(); i += 2)
    gone += heap::find_cell(heap::state(), words[i].bits()) == nullptr || words[i].as<Node>()->id != i;
  EXPECT_GT(gone, 450u);
  for (Value& word : words) remove_root(&word);
}

Node* make_list(uint64_t length) {
  Root first(make_node(0, 1));
  Node* last = first.value.as<Node>();
  for (uint64_t i = 1; i < length; ++i) {
    Node* next = make_node(i, 1);
    store(last, last->children[0], static_cast<Object*>(next));
    last = next;
  }
  return first.value.as<Node>();
}

void check_list(Node* node, uint64_t length) {
  for (uint64_t i = 0; i < length; ++i, node = static_cast<Node*>(node->children[0])) ASSERT_EQ(node->id, i);
  ASSERT_EQ(node, nullptr);
}

TEST(Mark, DepthIsUnbounded) {
  Root root(make_list(1000000));
  collect(2);
  check_list(root.value.as<Node>(), 1000000);
}

TEST(Mark, AFullStackLosesNothing) {
  heap::Marker::set_stack_limit(50);
  Root root(make_array(3000));
  Array* array = root.value.as<Array>();
  for (uint64_t i = 0; i < 3000; ++i) {
    Node* fan = make_node(i, 10);
    store(array, array->items[i], fan);
    for (uint64_t j = 0; j < 10; ++j) {
      Node* child = make_node(j, 10);
      store(fan, fan->children[j], static_cast<Object*>(child));
      store(child, child->children[3], static_cast<Object*>(make_node(i * j)));
    }
  }
  collect(2);
  collect(2);
  for (int i = 0; i < 100000; ++i) make_node(77, 10);
  for (uint64_t i = 0; i < 3000; ++i)
    for (uint64_t j = 0; j < 10; ++j) {
      Node* child = static_cast<Node*>(array->items[i].as<Node>()->children[j]);
      ASSERT_EQ(child->id, j);
      ASSERT_EQ(static_cast<Node*>(child->children[3])->id, i * j);
    }
  heap::Marker::set_stack_limit(SIZE_MAX);
}

// Random graphs, beside a model that knows nodes by number.
class RandomGraph {
 public:
  explicit RandomGraph(uint32_t seed) : random_(seed), root_(make_array(kRoots)) {}

  void step() {
    const uint64_t slot = random_() % kRoots;
    switch (random_() % 8) {
      case 0:
      case 1:
      case 2:
        set_root(slot, create());
        break;
      case 3:
        set_root(slot, 0);
        break;
      case 4:
      case 5:
        link();
        break;
      case 6:
        set_root(slot, walk(random_() % 6));
        break;
      default:
        for (int i = 0; i < 5; ++i) create();
    }
  }

  void check() {
    std::set<uint64_t> seen;
    std::vector<std::pair<uint64_t, Node*>> work;
    for (uint64_t i = 0; i < kRoots; ++i) {
      ASSERT_EQ(roots_[i] == 0, array()->items[i].is_null());
      if (roots_[i] != 0) work.emplace_back(roots_[i], array()->items[i].as<Node>());
    }
    while (!work.empty()) {
      const auto [id, node] = work.back();
      work.pop_back();
      ASSERT_EQ(node->id, id);
      if (!seen.insert(id).second) continue;
      const std::vector<uint64_t>& children = model_.at(id);
      ASSERT_EQ(node->child_count, children.size());
      const char* padding = reinterpret_cast<const char*>(node->children + node->child_count);
      ASSERT_EQ(*padding, static_cast<char>(id));
      for (size_t i = 0; i < children.size(); ++i) {
        ASSERT_EQ(children[i] == 0, node->children[i] == nullptr);
        if (children[i] != 0) work.emplace_back(children[i], static_cast<Node*>(node->children[i]));
      }
    }
    std::erase_if(model_, [&](const auto& entry) { return !seen.contains(entry.first); });
  }

  size_t live_nodes() const { return model_.size(); }

 private:
  static constexpr uint64_t kRoots = 64;

  Array* array() { return root_.value.as<Array>(); }

  uint64_t create() {
    const uint64_t id = ++last_id_;
    const uint64_t children = random_() % 5;
    const size_t paddings[] = {8, 8, 40, 200, 1000, 9000, 70000};
    const size_t padding = paddings[random_() % (random_() % 20 == 0 ? 7 : 4)];
    newest_ = make_node(id, children, padding);
    *reinterpret_cast<char*>(newest_->children + children) = static_cast<char>(id);
    model_[id].resize(children);
    return id;
  }

  void set_root(uint64_t slot, uint64_t id) {
    roots_[slot] = id;
    store(array(), array()->items[slot], id == 0 ? Value() : Value(newest_));
  }

  // Goes `steps` steps from a random root; newest_ is where it ends.
  uint64_t walk(uint64_t steps) {
    const uint64_t slot = random_() % kRoots;
    uint64_t id = roots_[slot];
    if (id == 0) return 0;
    newest_ = array()->items[slot].as<Node>();
    for (uint64_t i = 0; i < steps; ++i) {
      const std::vector<uint64_t>& children = model_.at(id);
      if (children.empty()) break;
      const size_t at = random_() % children.size();
      if (children[at] == 0) break;
      id = children[at];
      newest_ = static_cast<Node*>(newest_->children[at]);
    }
    return id;
  }

  void link() {
    const uint64_t to = walk(random_() % 4);
    Node* target = newest_;
    const uint64_t from = walk(random_() % 4);
    if (from == 0 || newest_->child_count == 0) return;
    const size_t at = random_() % newest_->child_count;
    model_.at(from)[at] = to;
    store(newest_, newest_->children[at], to == 0 ? nullptr : static_cast<Object*>(target));
  }

  std::mt19937 random_;
  Root root_;
  uint64_t roots_[kRoots] = {};
  std::unordered_map<uint64_t, std::vector<uint64_t>> model_;
  uint64_t last_id_ = 0;
  Node* newest_ = nullptr;  // no root: used before the next allocation, or held by the model's own root
};

TEST(Collect, RandomGraphsStayWhole) {
  for (uint32_t seed = 1; seed <= 6; ++seed) {
    RandomGraph graph(seed);
    std::mt19937 random(seed + 1000);
    for (int step = 0; step < 30000; ++step) {
      graph.step();
      if (random() % 500 == 0) collect(0);
      if (random() % 3000 == 0) collect(2);
      if (random() % 1000 == 0) graph.check();
      if (testing::Test::HasFatalFailure()) return;
    }
    graph.check();
  }
}

TEST(Collect, RandomGraphsStayWholeUnderStress) {
  for (const uint32_t every : {1u, 7u}) {
    RandomGraph graph(every);
    set_stress(every);
    for (int step = 0; step < 1500; ++step) {
      graph.step();
      if (step % 100 == 0) graph.check();
    }
    set_stress(0);
    graph.check();
  }
}

TEST(Cycles, OnlyWhatTheyHoldIsFound) {
  SKIP_IN_SANITIZED_BUILDS();
  wipe_stack();
  collect(2);
  for (const bool old : {false, true}) {
    Root root;
    in_other_frame([&] {
      Node* a = make_node(1);
      Node* b = make_node(2);
      a->children[0] = b;
      b->children[0] = a;
      b->children[1] = make_node(3);  // reachable from the cycle
      Node* holder = make_node(4);    // refers to the cycle
      holder->children[0] = a;
      holder->children[1] = make_node(5);
      if (old) {
        root.value = holder;
        collect(2);
      }
    });
    in_other_frame([&] { root.value = {}; });
    std::multiset<uint64_t> ids;
    collect_cycles(
        [&](Object* object) {
          if (object->shape == &node_shape) ids.insert(static_cast<Node*>(object)->id);
          return false;
        },
        [](Object*) { ADD_FAILURE() << "nothing was to be kept"; });
    EXPECT_EQ(ids, (std::multiset<uint64_t>{1, 2, 3})) << old;
  }
}

TEST(Cycles, WhatIsKeptStaysAlive) {
  SKIP_IN_SANITIZED_BUILDS();
  in_other_frame([&] {
    Node* a = make_node(61);
    a->children[0] = a;
    a->children[1] = make_node(62);
  });
  Root root;
  collect_cycles(
      [](Object* object) { return object->shape == &node_shape && static_cast<Node*>(object)->id == 61; },
      [&](Object* object) { root.value = object; });
  ASSERT_FALSE(root.value.is_null());
  collect(0);
  for (int i = 0; i < 100000; ++i) make_node(7);
  EXPECT_EQ(static_cast<Node*>(root.value.as<Node>()->children[1])->id, 62u);
}

TEST(Collect, AllocatedCellsAreCounted) {
  collect(0);
  const uint64_t before = allocated_cells();
  for (int i = 0; i < 1000; ++i) make_node(1, static_cast<uint64_t>(i % 50));
  EXPECT_EQ(allocated_cells(), before + 1000);
}

TEST(Collect, PausesWhileObjectsAreVisited) {
  Root root(make_list(100));
  std::set<Object*> seen;
  const uint64_t before = heap_statistics().collections[0];
  for_each_object([&](Object* object) {
    seen.insert(object);
    for (int i = 0; i < 100; ++i) make_node(1, 10);
  });
  EXPECT_EQ(heap_statistics().collections[0], before);
  for (Node* node = root.value.as<Node>(); node != nullptr; node = static_cast<Node*>(node->children[0]))
    EXPECT_TRUE(seen.contains(node));
}

TEST(Collect, ReferentsAreThoseOfTheTraceFunction) {
  Node* node = make_node(1, 3);
  node->children[0] = make_node(2);
  node->children[2] = &node_shape;
  std::vector<Object*> seen;
  for_each_referent(node, [&](Object* object) { seen.push_back(object); });
  EXPECT_EQ(seen, (std::vector<Object*>{node->children[0], &node_shape}));
}

TEST(Collect, AutomaticOnesFollowAllocation) {
  const HeapStatistics before = heap_statistics();
  for (int i = 0; i < 1000000; ++i) make_node(1);
  EXPECT_GT(heap_statistics().collections[0], before.collections[0] + 5);
  EXPECT_GT(heap_statistics().freed_cells, before.freed_cells + 800000);
}

TEST(Collect, TheOldGenerationIsCollectedWhenItHasGrown) {
  const uint64_t before = heap_statistics().collections[2];
  Root root;
  for (int round = 0; round < 40; ++round) root.value = make_list(100000);
  EXPECT_GT(heap_statistics().collections[2], before);
  EXPECT_LT(heap::state().space.blocks_in_use(), 1500u);
}

TEST(Threads, AWaitingThreadsStackIsScanned) {
  enter_thread(current_stack_base());
  std::mutex mutex;
  std::condition_variable changed;
  int phase = 0;
  bool whole = true;
  const auto wait_for = [&](int wanted) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return phase == wanted; });
  };
  const auto go_to = [&](int next) {
    const std::lock_guard lock(mutex);
    phase = next;
    changed.notify_all();
  };
  std::thread other([&] {
    wait_for(1);
    enter_thread(current_stack_base());
    Node* mine = make_node(1234, 3);
    mine->children[1] = make_node(1235);
    leave_heap();
    go_to(2);
    wait_for(3);
    return_to_heap();
    whole = mine->id == 1234 && static_cast<Node*>(mine->children[1])->id == 1235;
    exit_thread();
    go_to(4);
  });
  leave_heap();
  go_to(1);
  wait_for(2);
  return_to_heap();
  collect(2);
  for (int i = 0; i < 100000; ++i) make_node(i, 3);
  leave_heap();
  go_to(3);
  wait_for(4);
  return_to_heap();
  other.join();
  EXPECT_TRUE(whole);
  EXPECT_EQ(heap::state().threads.size(), 1u);
  exit_thread();
}

TEST(Threads, AForkedChildGoesOnAlone) {
  enter_thread(current_stack_base());
  Root root(make_list(1000));
  std::mutex hold;
  hold.lock();
  std::mutex started;
  started.lock();
  std::thread other([&] {
    enter_thread(current_stack_base());
    leave_heap();
    started.unlock();
    hold.lock();
    return_to_heap();
    exit_thread();
  });
  started.lock();
  const pid_t child = fork();
  if (child == 0) {
    for (int i = 0; i < 300000; ++i) make_node(1);
    collect(2);
    check_list(root.value.as<Node>(), 1000);
    _exit(heap::state().threads.size() == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  hold.unlock();
  other.join();
  exit_thread();
}

}  // namespace
}  // namespace ouro::vm
