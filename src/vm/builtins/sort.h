// A stable merge sort for nearly ordered data, over any kind of item.
//
// Natural runs are found (a strictly descending one is turned around), short ones are filled up to a minimum
// by binary insertion, and neighbouring runs are merged. Which runs are merged when follows the "powersort"
// rule: each border between two runs has a power, the depth it would have in a balanced tree over the whole
// array, and a border is merged before one of a smaller power is put upon it. A merge first finds, by
// galloping, what is in place already, copies the smaller side out, and gallops again whenever one side wins
// many times in a row.
//
// `Less` is a callable of two items that returns 1, 0, or -1 for an exception: then the sort stops at once
// and the array holds the same items in some order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ouro::vm {

template <class Item, class Less>
class MergeSort {
 public:
  MergeSort(Item* items, size_t count, Less& less) : items_(items), count_(count), less_(less) {}

  /// False: an exception.
  bool sort() {
    size_t minimum = minimum_run(count_);
    size_t low = 0;
    while (low < count_) {
      size_t length = 0;
      if (!count_run(low, &length)) return false;
      if (length < minimum) {
        size_t forced = std::min(minimum, count_ - low);
        if (!insert_sorted(low, low + forced, low + length)) return false;
        length = forced;
      }
      if (!push_run(low, length)) return false;
      low += length;
    }
    while (runs_.size() > 1) {
      if (!merge_top()) return false;
    }
    return true;
  }

 private:
  struct Run {
    size_t start, length;
    unsigned power;  // of the border to the next run
  };
  static constexpr size_t kGallopAfter = 7;

  static size_t minimum_run(size_t count) {
    size_t dropped = 0;
    while (count >= 64) {
      dropped |= count & 1;
      count >>= 1;
    }
    return count + dropped;
  }

  // The ordered run that starts at `low`.
  bool count_run(size_t low, size_t* length) {
    *length = 1;
    if (low + 1 == count_) return true;
    size_t i = low + 1;
    int descending = less_(items_[i], items_[i - 1]);
    if (descending < 0) return false;
    for (++i; i < count_; ++i) {
      int smaller = less_(items_[i], items_[i - 1]);
      if (smaller < 0) return false;
      if (smaller != descending) break;
    }
    if (descending) std::reverse(items_ + low, items_ + i);
    *length = i - low;
    return true;
  }

  // [low, start) is ordered; puts the rest of [low, high) into it.
  bool insert_sorted(size_t low, size_t high, size_t start) {
    for (; start < high; ++start) {
      Item pivot = items_[start];
      size_t left = low, right = start;
      while (left < right) {
        size_t middle = left + (right - left) / 2;
        int smaller = less_(pivot, items_[middle]);
        if (smaller < 0) return false;
        if (smaller)
          right = middle;
        else
          left = middle + 1;
      }
      std::move_backward(items_ + left, items_ + start, items_ + start + 1);
      items_[left] = pivot;
    }
    return true;
  }

  // ---- which runs to merge

  // The depth of the border between two neighbouring runs: the first binary digit in which the middles of
  // the two, as fractions of the whole, differ.
  unsigned border_power(size_t start, size_t first, size_t second) const {
    uint64_t a = 2 * start + first;
    uint64_t b = a + first + second;
    unsigned power = 0;
    for (;;) {
      ++power;
      if (a >= count_) {
        a -= count_;
        b -= count_;
      } else if (b >= count_) {
        return power;
      }
      a <<= 1;
      b <<= 1;
    }
  }

  bool push_run(size_t start, size_t length) {
    if (!runs_.empty()) {
      unsigned power = border_power(runs_.back().start, runs_.back().length, length);
      while (runs_.size() > 1 && runs_[runs_.size() - 2].power > power) {
        if (!merge_top()) return false;
      }
      runs_.back().power = power;
    }
    runs_.push_back({start, length, 0});
    return true;
  }

  bool merge_top() {
    Run second = runs_.back();
    runs_.pop_back();
    Run& first = runs_.back();
    size_t start = first.start, length = first.length;
    first.length += second.length;
    // What of the first run is in place already, and what of the second.
    size_t skip = 0;
    if (!gallop_right(items_[second.start], items_ + start, length, 0, &skip)) return false;
    start += skip;
    length -= skip;
    if (length == 0) return true;
    size_t rest = 0;
    if (!gallop_left(items_[start + length - 1], items_ + second.start, second.length, second.length - 1,
                     &rest))
      return false;
    if (rest == 0) return true;
    return length <= rest ? merge_low(start, length, rest) : merge_high(start, length, rest);
  }

  // ---- galloping

  // How many of the ordered `items` stand before `key`: those smaller than it. Starts near `hint`.
  bool gallop_left(const Item& key, const Item* items, size_t count, size_t hint, size_t* place) {
    return gallop(items, count, hint, place, [&](const Item& item) { return less_(item, key); });
  }
  // The same, equal ones included.
  bool gallop_right(const Item& key, const Item* items, size_t count, size_t hint, size_t* place) {
    return gallop(items, count, hint, place, [&](const Item& item) {
      int greater = less_(key, item);
      return greater < 0 ? -1 : 1 - greater;
    });
  }

  // `before` is true for a first part of the items; finds its length.
  template <class Before>
  static bool gallop(const Item* items, size_t count, size_t hint, size_t* place, Before&& before) {
    int ahead = before(items[hint]);
    if (ahead < 0) return false;
    size_t low = 0, high = count;  // before(low - 1) holds, before(high) does not
    if (ahead) {
      low = hint + 1;
      for (size_t step = 1; low < count; step = step * 2 + 1) {
        size_t at = step < count - hint ? hint + step : count;
        if (at == count) break;
        int more = before(items[at]);
        if (more < 0) return false;
        if (!more) {
          high = at;
          break;
        }
        low = at + 1;
      }
    } else {
      high = hint;
      for (size_t step = 1; high > 0; step = step * 2 + 1) {
        if (step > hint) break;
        size_t at = hint - step;
        int less = before(items[at]);
        if (less < 0) return false;
        if (less) {
          low = at + 1;
          break;
        }
        high = at;
      }
    }
    while (low < high) {
      size_t middle = low + (high - low) / 2;
      int more = before(items[middle]);
      if (more < 0) return false;
      if (more)
        low = middle + 1;
      else
        high = middle;
    }
    *place = low;
    return true;
  }

  // ---- merging

  // Both sides have items; the first item of the second side comes first of all, the last of the first side
  // last of all. The first side is copied out; items are taken from the front.
  bool merge_low(size_t start, size_t length_a, size_t length_b) {
    spare_.assign(items_ + start, items_ + start + length_a);
    const Item* a = spare_.data();
    const Item* a_end = a + length_a;
    Item* b = items_ + start + length_a;
    Item* b_end = b + length_b;
    Item* to = items_ + start;
    bool ok = true;
    *to++ = *b++;
    while (ok && b < b_end && a < a_end) {
      size_t wins_a = 0, wins_b = 0;
      while (b < b_end && a < a_end) {
        int second = less_(*b, *a);
        if (second < 0) {
          ok = false;
          break;
        }
        if (second) {
          *to++ = *b++;
          ++wins_b;
          wins_a = 0;
          if (wins_b >= gallop_after_) break;
        } else {
          *to++ = *a++;
          ++wins_a;
          wins_b = 0;
          if (wins_a >= gallop_after_) break;
        }
      }
      if (!ok || b == b_end || a == a_end) break;
      ++gallop_after_;
      for (;;) {
        gallop_after_ -= gallop_after_ > 1 ? 1 : 0;
        size_t run_a = 0, run_b = 0;
        if (!gallop_right(*b, a, static_cast<size_t>(a_end - a), 0, &run_a)) {
          ok = false;
          break;
        }
        to = std::copy(a, a + run_a, to);
        a += run_a;
        if (a == a_end) break;
        *to++ = *b++;
        if (b == b_end) break;
        if (!gallop_left(*a, b, static_cast<size_t>(b_end - b), 0, &run_b)) {
          ok = false;
          break;
        }
        to = std::copy(b, b + run_b, to);
        b += run_b;
        if (b == b_end) break;
        *to++ = *a++;
        if (a == a_end) break;
        if (run_a < kGallopAfter && run_b < kGallopAfter) {
          ++gallop_after_;
          break;
        }
      }
    }
    // What is left of the second side is in place.
    std::copy(a, a_end, to);
    return ok;
  }

  // The mirror image: the second side is copied out, items are taken from the back.
  bool merge_high(size_t start, size_t length_a, size_t length_b) {
    Item* a_begin = items_ + start;
    Item* a = a_begin + length_a;  // one behind the next to take
    spare_.assign(a, a + length_b);
    const Item* b_begin = spare_.data();
    const Item* b = b_begin + length_b;
    Item* to = a + length_b;
    bool ok = true;
    *--to = *--a;
    while (ok && a > a_begin && b > b_begin) {
      size_t wins_a = 0, wins_b = 0;
      while (a > a_begin && b > b_begin) {
        int first = less_(b[-1], a[-1]);
        if (first < 0) {
          ok = false;
          break;
        }
        if (first) {
          *--to = *--a;
          ++wins_a;
          wins_b = 0;
          if (wins_a >= gallop_after_) break;
        } else {
          *--to = *--b;
          ++wins_b;
          wins_a = 0;
          if (wins_b >= gallop_after_) break;
        }
      }
      if (!ok || a == a_begin || b == b_begin) break;
      ++gallop_after_;
      for (;;) {
        gallop_after_ -= gallop_after_ > 1 ? 1 : 0;
        size_t keep_a = 0, keep_b = 0;
        auto left_a = static_cast<size_t>(a - a_begin);
        if (!gallop_right(b[-1], a_begin, left_a, left_a - 1, &keep_a)) {
          ok = false;
          break;
        }
        to = std::copy_backward(a_begin + keep_a, a, to);
        a = a_begin + keep_a;
        if (a == a_begin) break;
        *--to = *--b;
        if (b == b_begin) break;
        auto left_b = static_cast<size_t>(b - b_begin);
        if (!gallop_left(a[-1], b_begin, left_b, left_b - 1, &keep_b)) {
          ok = false;
          break;
        }
        to = std::copy_backward(b_begin + keep_b, b, to);
        b = b_begin + keep_b;
        if (b == b_begin) break;
        *--to = *--a;
        if (a == a_begin) break;
        if (left_a - keep_a < kGallopAfter && left_b - keep_b < kGallopAfter) {
          ++gallop_after_;
          break;
        }
      }
    }
    std::copy_backward(b_begin, b, to);
    return ok;
  }

  Item* items_;
  size_t count_;
  Less& less_;
  size_t gallop_after_ = kGallopAfter;
  std::vector<Run> runs_;
  std::vector<Item> spare_;
};

}  // namespace ouro::vm
