#include <gtest/gtest.h>

#include <algorithm>

#include "nodes.h"
#include "vm/heap/finalizer_filter.h"
#include "vm/heap/state.h"

namespace ouro::vm {
namespace {

// What the hooks saw, in order. Ids, because the objects may be gone.
std::vector<std::string>* log_of_hooks;
Value* revive_into = nullptr;

class Weak : public testing::Test {
 protected:
  void SetUp() override {
    log_of_hooks = &log_;
    revive_into = nullptr;
    set_weak_callback_hook(
        [](Object* reference) { log_of_hooks->push_back("callback " + std::to_string(reference->aux)); });
    set_finalize_hook([](Object* object) {
      log_of_hooks->push_back("finalize " + std::to_string(static_cast<Node*>(object)->id));
      if (revive_into != nullptr) *revive_into = object;
    });
  }
  void TearDown() override {
    collect(2);
    run_pending_finalizers();
    set_weak_callback_hook(nullptr);
    set_finalize_hook(nullptr);
  }

  size_t count(const std::string& entry) { return std::count(log_.begin(), log_.end(), entry); }

  std::vector<std::string> log_;
};

TEST_F(Weak, ReferencesToTheDeadAreClearedAndTheLivingStay) {
  SKIP_IN_SANITIZED_BUILDS();
  for (const int generation : {0, 2}) {
    Root references(make_array(200));
    Root targets(make_array(100));
    in_other_frame([&] {
      for (uint64_t i = 0; i < 200; ++i) {
        Node* node = make_node(i);
        if (i < 100) store(targets.value.object(), targets.value.as<Array>()->items[i], node);
        store(references.value.object(), references.value.as<Array>()->items[i], make_weak(node));
      }
    });
    collect(generation);
    size_t cleared = 0;
    for (uint64_t i = 0; i < 200; ++i) {
      const WeakCell* cell = references.value.as<Array>()->items[i].as<WeakCell>();
      if (i < 100)
        ASSERT_EQ(cell->target, targets.value.as<Array>()->items[i].object());
      else
        cleared += cell->target == nullptr;
    }
    EXPECT_GE(cleared, 95u);
    targets.value = make_array(1);
    wipe_stack();
    collect(2);
    cleared = 0;
    for (uint64_t i = 0; i < 200; ++i)
      cleared += references.value.as<Array>()->items[i].as<WeakCell>()->target == nullptr;
    EXPECT_GE(cleared, 190u);
  }
}

TEST_F(Weak, CallbacksComeNewestFirstAndOnlyForLiveReferences) {
  SKIP_IN_SANITIZED_BUILDS();
  Root references(make_array(4));
  in_other_frame([&] {
    Array* array = references.value.as<Array>();
    Node* node = make_node(1);
    for (uint32_t i = 0; i < 4; ++i) {
      WeakCell* cell = make_weak(node, i != 2);
      cell->aux = i;
      store(array, array->items[i], cell);
      make_weak(node, true)->aux = 50;
    }
  });
  collect(2);
  EXPECT_TRUE(finalizers_pending());
  EXPECT_TRUE(log_.empty()) << "nothing runs inside the collector";
  run_pending_finalizers();
  std::erase(log_, "callback 50");
  EXPECT_EQ(log_, (std::vector<std::string>{"callback 3", "callback 1", "callback 0"}));
  EXPECT_FALSE(finalizers_pending());
}

TEST_F(Weak, UnregisteredReferencesAreForgotten) {
  SKIP_IN_SANITIZED_BUILDS();
  Root references(make_array(2));
  in_other_frame([&] {
    Array* array = references.value.as<Array>();
    Node* node = make_node(1);
    for (uint32_t i = 0; i < 2; ++i) {
      WeakCell* cell = make_weak(node, true);
      cell->aux = i;
      store(array, array->items[i], cell);
    }
    unregister_weak(array->items[0].object());
    unregister_weak(array->items[0].object());
    static_cast<WeakCell*>(array->items[0].object())->target = nullptr;
  });
  collect(0);
  run_pending_finalizers();
  EXPECT_EQ(log_, (std::vector<std::string>{"callback 1"}));
}

TEST_F(Weak, ReferencesOfATargetAreListedOldestFirst) {
  Root target(make_node(1));
  Root references(make_array(5));
  for (uint64_t i = 0; i < 5; ++i)
    store(references.value.object(), references.value.as<Array>()->items[i],
          make_weak(target.value.object()));
  std::vector<Object*> wanted, seen;
  for (uint64_t i = 0; i < 5; ++i) wanted.push_back(references.value.as<Array>()->items[i].object());
  for_each_weak(target.value.object(), [&](Object* reference) { seen.push_back(reference); });
  EXPECT_EQ(seen, wanted);
  unregister_weak(wanted[0]);
  unregister_weak(wanted[3]);
  seen.clear();
  for_each_weak(target.value.object(), [&](Object* reference) { seen.push_back(reference); });
  EXPECT_EQ(seen, (std::vector<Object*>{wanted[1], wanted[2], wanted[4]}));
  seen.clear();
  for_each_weak(references.value.object(), [&](Object* reference) { seen.push_back(reference); });
  EXPECT_TRUE(seen.empty());
}

TEST_F(Weak, DeadReferencesLeaveTheTable) {
  Root target(make_node(1));
  for (int i = 0; i < 500000; ++i) make_weak(target.value.object());
  collect(2);
  EXPECT_LT(heap::state().weak.entries.size(), 400000u);
  size_t left = 0;
  for_each_weak(target.value.object(), [&](Object*) { ++left; });
  EXPECT_LT(left, 10u);
}

TEST_F(Weak, FinalisersRunOnceInTheOrderOfCreation) {
  in_other_frame([&] {
    for (uint64_t i = 0; i < 50; ++i) register_finalizable(make_node(i));
  });
  wipe_stack();
  collect(0);
  EXPECT_TRUE(log_.empty());
  run_pending_finalizers();
  ASSERT_GE(log_.size(), 45u);
  const std::vector<std::string> first = log_;
  for (size_t i = 1; i < log_.size(); ++i)
    EXPECT_LT(std::stoi(log_[i - 1].substr(9)), std::stoi(log_[i].substr(9)));
  wipe_stack();
  collect(2);
  collect(2);
  run_pending_finalizers();
  for (const std::string& entry : first) EXPECT_EQ(count(entry), 1u);
}

TEST_F(Weak, AFinaliserSeesAllItReachesAndCyclesGetOneCallEach) {
  SKIP_IN_SANITIZED_BUILDS();
  static std::vector<uint64_t> seen;
  seen.clear();
  set_finalize_hook([](Object* object) {
    seen.push_back(static_cast<Node*>(static_cast<Node*>(object)->children[0])->id);
  });
  in_other_frame([&] {
    Node* a = make_node(1);
    Node* b = make_node(2);
    Node* c = make_node(3);
    a->children[0] = b;
    b->children[0] = c;
    c->children[0] = a;
    for (Node* node : {a, b, c}) register_finalizable(node);
  });
  collect(2);
  for (int i = 0; i < 1000000; ++i) make_node(77);
  run_pending_finalizers();
  EXPECT_EQ(seen, (std::vector<uint64_t>{2, 3, 1}));
}

// Ids below 100 have a call, those above a release. A few of many may be kept by what lies on the stack.
TEST_F(Weak, ResourcesAreReleasedWhenNoFinaliserCanReachTheirOwner) {
  SKIP_IN_SANITIZED_BUILDS();
  static std::vector<uint64_t> released;
  released.clear();
  set_finalizer_filter(
      [](const Object* object) {
        if ((object->gc & kGcFinalized) != 0) return Finalizer::None;
        return static_cast<const Node*>(object)->id < 100 ? Finalizer::Call : Finalizer::Release;
      },
      [](Object* object) { released.push_back(static_cast<Node*>(object)->id); });
  in_other_frame([&] {
    for (uint64_t i = 0; i < 50; ++i) {
      Node* owner = make_node(100);  // registered first, and yet it must outlive what uses it
      Node* user = make_node(i);
      user->children[0] = owner;
      register_finalizable(owner);
      register_finalizable(user);
      register_finalizable(make_node(200));
    }
  });
  auto owners = [] { return std::count(released.begin(), released.end(), 100); };
  collect(2);
  EXPECT_EQ(owners(), 0);
  EXPECT_GE(released.size(), 45u);
  run_pending_finalizers();
  EXPECT_GE(log_.size(), 45u);
  EXPECT_EQ(count("finalize 100") + count("finalize 200"), 0u);
  wipe_stack();
  collect(2);
  EXPECT_GE(owners(), 45);
  set_finalizer_filter(nullptr, nullptr);
}

TEST_F(Weak, TheRevivedLiveOnAndAreNotFinalisedAgain) {
  SKIP_IN_SANITIZED_BUILDS();
  Root revived;
  revive_into = &revived.value;
  in_other_frame([&] {
    Node* node = make_node(42);
    node->children[0] = make_node(43);
    register_finalizable(node);
  });
  collect(0);
  run_pending_finalizers();
  ASSERT_EQ(count("finalize 42"), 1u);
  for (int i = 0; i < 1000000; ++i) make_node(77);
  collect(2);
  ASSERT_EQ(revived.value.as<Node>()->id, 42u);
  EXPECT_EQ(static_cast<Node*>(revived.value.as<Node>()->children[0])->id, 43u);
  EXPECT_NE(revived.value.as<Node>()->gc & kGcFinalized, 0);
  revived.value = {};
  wipe_stack();
  collect(2);
  run_pending_finalizers();
  EXPECT_EQ(count("finalize 42"), 1u);
}

TEST_F(Weak, WeakReferencesAreClearedBeforeFinalisersAndCallbacksComeFirst) {
  SKIP_IN_SANITIZED_BUILDS();
  Root reference;
  in_other_frame([&] {
    Node* node = make_node(5);
    register_finalizable(node);
    WeakCell* cell = make_weak(node, true);
    cell->aux = 9;
    reference.value = cell;
  });
  collect(2);
  EXPECT_EQ(reference.value.as<WeakCell>()->target, nullptr);
  run_pending_finalizers();
  EXPECT_EQ(log_, (std::vector<std::string>{"callback 9", "finalize 5"}));
}

TEST_F(Weak, AFinaliserMayAllocateAndCollect) {
  static int depth;
  depth = 0;
  set_finalize_hook([](Object*) {
    EXPECT_EQ(depth, 0) << "finalisers do not nest";
    ++depth;
    for (int i = 0; i < 200000; ++i) make_node(1);
    collect(2);
    run_pending_finalizers();
    --depth;
  });
  in_other_frame([&] {
    for (uint64_t i = 0; i < 10; ++i) register_finalizable(make_node(i));
  });
  collect(2);
  run_pending_finalizers();
}

TEST_F(Weak, AMillionFinalisableObjectsInCyclesAreFreed) {
  static uint64_t calls;
  calls = 0;
  set_finalize_hook([](Object*) { ++calls; });
  for (uint64_t i = 0; i < 500000; ++i) {
    Node* a = make_node(i);
    Node* b = make_node(i);
    a->children[0] = b;
    b->children[0] = a;
    register_finalizable(a);
    register_finalizable(b);
    if (finalizers_pending()) run_pending_finalizers();
  }
  wipe_stack();
  collect(2);
  run_pending_finalizers();
  EXPECT_GT(calls, 999900u);
  collect(2);
  EXPECT_LT(heap::state().old_finalizable.size(), 100u);
  EXPECT_LT(heap_statistics().live_bytes, 30u << 20);
}

TEST_F(Weak, TheEndOfTheProgramQueuesWhatIsLeft) {
  Root root(make_node(8));
  register_finalizable(root.value.object());
  collect(0);
  register_finalizable(make_node(9));
  queue_all_finalizers();
  run_pending_finalizers();
  log_.erase(log_.begin(), log_.end() - 2);  // what a stray stack word kept of the tests before
  EXPECT_EQ(log_, (std::vector<std::string>{"finalize 8", "finalize 9"}));
}

}  // namespace
}  // namespace ouro::vm
