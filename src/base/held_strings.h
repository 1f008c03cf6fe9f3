// Strings that a CPython process has interned before it compiles anything: its start-up code's names.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace ouro {

class HeldStrings {
 public:
  /// `shared_characters`: one-character strings whose shared object is the interned one. `names`: separated
  /// by spaces and newlines; must outlive this. The interned object of each is another one than any that a
  /// compilation makes, and for one character another one than the shared one.
  HeldStrings(std::string_view shared_characters, std::string_view names);

  std::string_view shared_characters() const { return shared_characters_; }
  bool has_name(std::string_view text) const;

 private:
  std::string_view shared_characters_;
  std::string_view names_;
  std::vector<uint32_t> table_;  // open addressing: where in names_ a name begins plus one; 0: an empty slot
};

}  // namespace ouro
