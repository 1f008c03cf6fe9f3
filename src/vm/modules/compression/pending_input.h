// Input that a decompressor could not use yet, because its output reached a limit.
#pragma once

#include <string>
#include <string_view>

namespace ouro::vm {

class PendingInput {
 public:
  /// All that waits now, `data` behind what was left. Valid until `keep`.
  std::string_view add(std::string_view data) {
    if (rest_.empty()) return data;
    rest_.append(data);
    return rest_;
  }
  /// The part of the last `add` that was not used.
  void keep(std::string_view rest) {
    std::string copy(rest);
    rest_.swap(copy);
  }

 private:
  std::string rest_;
};

}  // namespace ouro::vm
