#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "nodes.h"
#include "vm/heap/pointer_map.h"
#include "vm/heap/state.h"

namespace ouro::vm {
namespace {

bool is_zero(const void* start, size_t size) {
  const char* bytes = static_cast<const char*>(start);
  return std::all_of(bytes, bytes + size, [](char byte) { return byte == 0; });
}

TEST(SizeClasses, EverySizeGetsTheSmallestClassThatHoldsIt) {
  for (size_t size = 1; size <= heap::kLargestSmall; ++size) {
    const unsigned size_class = heap::class_of(size);
    ASSERT_GE(heap::kClassSizes[size_class], size);
    if (size_class > 0) {
      ASSERT_LT(heap::kClassSizes[size_class - 1], size);
    }
  }
}

TEST(SizeClasses, ReciprocalsDivideExactly) {
  for (const uint32_t size : heap::kClassSizes) {
    ASSERT_EQ(size % 16, 0u);
    const uint64_t reciprocal = heap::reciprocal_of(size);
    for (uint64_t offset = 0; offset < heap::kBlockSize; ++offset)
      ASSERT_EQ((offset * reciprocal) >> 32, offset / size);
  }
}

TEST(PointerMap, AgreesWithStdMap) {
  heap::PointerMap map;
  std::map<const void*, uint32_t> model;
  std::mt19937 random(1);
  for (uint32_t step = 0; step < 200000; ++step) {
    const void* key = reinterpret_cast<const void*>(uintptr_t{random() % 1000 + 1} * 16);
    if (random() % 2 == 0) {
      map.set(key, step);
      model[key] = step;
    } else {
      map.erase(key);
      model.erase(key);
    }
    const void* other = reinterpret_cast<const void*>(uintptr_t{random() % 1000 + 1} * 16);
    const auto found = model.find(other);
    ASSERT_EQ(map.find(other), found == model.end() ? heap::PointerMap::kAbsent : found->second);
  }
}

TEST(Allocate, GivesZeroedAlignedCellsOfEverySize) {
  for (int round = 0; round < 3; ++round) {
    for (size_t size = sizeof(Blob); size < 200000; size = size + 1 + size / 7) {
      Blob* blob = allocate<Blob>(&blob_shape, size);
      ASSERT_EQ(reinterpret_cast<uintptr_t>(blob) % 16, 0u);
      ASSERT_EQ(blob->shape, &blob_shape);
      ASSERT_EQ(blob->kind, Kind::kBlob);
      ASSERT_EQ(blob->gc & ~kGcLarge, 0);
      ASSERT_EQ(blob->aux, 0u);
      ASSERT_GE(cell_size(blob), size);
      ASSERT_TRUE(is_zero(&blob->length, size - sizeof(Object))) << size;
      std::memset(static_cast<void*>(&blob->length), 0xAB, size - sizeof(Object));
    }
    collect(round == 1 ? 2 : 0);
  }
}

TEST(Allocate, InlineAndOutOfLineShareTheirCells) {
  std::vector<Hidden> cells;
  Root keep(make_array(2000));
  Array* array = keep.value.as<Array>();
  for (uint64_t i = 0; i < 2000; ++i) {
    const size_t size = 16 + i % 300;
    Object* object = i % 2 == 0 ? allocate_inline(&blob_shape, size) : allocate(&blob_shape, size);
    store(array, array->items[i], object);
  }
  std::vector<std::pair<uintptr_t, size_t>> spans;
  for (uint64_t i = 0; i < 2000; ++i) {
    Object* object = array->items[i].object();
    spans.emplace_back(reinterpret_cast<uintptr_t>(object), 16 + i % 300);
  }
  std::sort(spans.begin(), spans.end());
  for (size_t i = 1; i < spans.size(); ++i)
    ASSERT_LE(spans[i - 1].first + spans[i - 1].second, spans[i].first);
}

TEST(Allocate, TheSmallestCellIsAHeader) {
  Object* object = allocate(&blob_shape, 1);
  EXPECT_EQ(cell_size(object), sizeof(Object));
}

TEST(Allocate, GarbageDoesNotAddUp) {
  const uint64_t blocks = heap::state().space.block_count();
  for (int i = 0; i < 4000000; ++i) allocate_inline(&blob_shape, 16 + static_cast<size_t>(i % 15) * 16);
  for (int i = 0; i < 2000; ++i) allocate(&blob_shape, 1000000);
  const uint64_t more = heap::state().space.block_count() - blocks;
  EXPECT_LT(more << heap::kBlockShift, uint64_t{64} << 20);
}

TEST(Allocate, LargeCellsAreZeroWhenTheirMemoryIsUsedAgain) {
  for (int i = 0; i < 300; ++i) {
    const size_t size = 40000 + static_cast<size_t>(i) * 7919 % 3000000;
    Blob* blob = allocate<Blob>(&blob_shape, size);
    ASSERT_EQ(blob->length, 0u);
    ASSERT_TRUE(is_zero(blob->data, size - sizeof(Blob)));
    std::memset(blob->data, 0xCD, size - sizeof(Blob));
    if (i % 50 == 0) collect(2);
  }
}

TEST(Allocate, AbsurdSizesAreRefusedBeforehand) {
  EXPECT_FALSE(can_allocate(SIZE_MAX));
  EXPECT_FALSE(can_allocate(SIZE_MAX / 2));
  EXPECT_FALSE(can_allocate(size_t{1} << 50));
  EXPECT_TRUE(can_allocate(1));
  EXPECT_TRUE(can_allocate(1000000));
}

TEST(Allocate, AFewSurvivorsDoNotHoldTheirBlocks) {
  Root keep(make_array(1000));
  Array* array = keep.value.as<Array>();
  for (uint64_t i = 0; i < 1000; ++i) {
    store(array, array->items[i], make_node(i));
    for (int j = 0; j < 2000; ++j) make_node(7);
  }
  collect(2);
  const uint64_t blocks = heap::state().space.blocks_in_use();
  for (int i = 0; i < 3000000; ++i) make_node(8);
  EXPECT_LT(heap::state().space.blocks_in_use(), blocks + 200);
  for (uint64_t i = 0; i < 1000; ++i) ASSERT_EQ(array->items[i].as<Node>()->id, i);
}

TEST(Grow, ALongArrayStaysWhereItIs) {
  Root root(make_array(3000000));
  Array* array = root.value.as<Array>();
  uint64_t length = array->length;
  for (int step = 0; step < 5; ++step) {
    const uint64_t wanted = length + length / 8;
    ASSERT_TRUE(grow_in_place(array, sizeof(Array) + length * 8, sizeof(Array) + wanted * 8)) << step;
    ASSERT_TRUE(is_zero(array->items + length, (wanted - length) * 8));
    for (uint64_t i = length; i < wanted; ++i) array->items[i] = Value::from_small(static_cast<int64_t>(i));
    array->length = length = wanted;
    write_barrier(array);
    if (step % 2 == 0) collect(step);
  }
  ASSERT_EQ(cell_size(array), (sizeof(Array) + length * 8 + 15) / 16 * 16);
}

TEST(Grow, CellsOfAllSizesGrowWithinTheirRoomAndReadAsZero) {
  const uint64_t used = heap::used_bytes(heap::state());
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    size_t size = 32 + random() % (random() % 2 == 0 ? 30000 : 3000000);
    Blob* blob = allocate<Blob>(&blob_shape, size);
    for (int step = 0; step < 6; ++step) {
      const size_t end_of_cell = cell_size(blob);
      std::memset(blob->data, 0xEE, size - sizeof(Blob));
      const size_t wanted = size + random() % size;
      if (random() % 3 == 0) {
        size = std::max(sizeof(Blob), size / 2);
        shrink_in_place(blob, size);
        continue;
      }
      if (!grow_in_place(blob, size, wanted)) {
        ASSERT_GT(wanted, end_of_cell);
        break;
      }
      ASSERT_GE(cell_size(blob), wanted);
      ASSERT_TRUE(is_zero(blob->data + size - sizeof(Blob), wanted - size));
      size = wanted;
    }
    if (round % 40 == 0) collect(round % 80 == 0 ? 2 : 0);
  }
  wipe_stack();
  collect(2);
  EXPECT_LT(heap::used_bytes(heap::state()), used + (32 << 20));
}

TEST(Limit, AsksForAMemoryErrorAndGoesOnInTheReserve) {
  SKIP_IN_SANITIZED_BUILDS();
  static int asked;
  asked = 0;
  collect(2);
  const uint64_t used = heap::used_bytes(heap::state());
  set_memory_limit(used + (8 << 20), [] { ++asked; });
  EXPECT_FALSE(can_allocate(64 << 20));
  EXPECT_TRUE(can_allocate(1 << 20));
  in_other_frame([&] {
    Root keep(make_array(200));
    Array* array = keep.value.as<Array>();
    for (uint64_t i = 0; i < 200 && asked == 0; ++i)
      store(array, array->items[i], allocate(&blob_shape, 100000));
    EXPECT_EQ(asked, 1);
    store(array, array->items[199], allocate(&blob_shape, 100000));
    EXPECT_EQ(asked, 1) << "once, until there is room again";
  });
  collect(2);
  for (int i = 0; i < 1000; ++i) allocate(&blob_shape, 100000);
  EXPECT_EQ(asked, 1) << "garbage makes room";
  set_memory_limit(0, nullptr);
}

TEST(Limit, CountsExternalMemory) {
  collect(2);
  set_memory_limit(heap::used_bytes(heap::state()) + (8 << 20), nullptr);
  EXPECT_TRUE(can_allocate(4 << 20));
  account_external(7 << 20);
  EXPECT_FALSE(can_allocate(4 << 20));
  account_external(-(7 << 20));
  EXPECT_TRUE(can_allocate(4 << 20));
  set_memory_limit(0, nullptr);
}

TEST(Limit, EndsAProgramThatDoesNotListen) {
  EXPECT_EXIT(
      {
        set_memory_limit(heap::used_bytes(heap::state()) + (4 << 20), nullptr);
        Root keep;
        for (;;) {
          Node* node = make_node(1, 2, 1000);
          node->children[0] = keep.value.is_null() ? nullptr : keep.value.object();
          keep.value = node;
        }
      },
      testing::ExitedWithCode(1), "out of memory");
}

}  // namespace
}  // namespace ouro::vm
