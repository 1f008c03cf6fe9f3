// What the modules grp and pwd share: entries of the system's tables of groups and users.
#pragma once

#include <cerrno>
#include <cstdint>
#include <vector>

#include "vm/object/protocol.h"

namespace ouro::vm {

/// The object that `make` makes of the entry that `find(&entry, buffer, size, &found)` finds, as getgrnam_r
/// and its like do; null: there is none.
template <class Entry, class Find, class Make>
Result<Value> find_account(Find&& find, Make&& make) {
  std::vector<char> buffer(4096);
  for (;;) {
    Entry entry;
    Entry* found = nullptr;
    const int error = find(&entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE && buffer.size() < (size_t{1} << 24)) {
      buffer.resize(buffer.size() * 2);
      continue;
    }
    if (found == nullptr) return Value();
    return make(*found);
  }
}

/// All entries as a list: `next` gives one after the other, null at the end.
template <class Next, class Make>
Result<Value> list_accounts(Next&& next, Make&& make) {
  List* list = make_list();
  while (const auto* entry = next()) TRY(list_append(list, TRY(make(*entry))));
  return list;
}

/// A user or group as Python shows it: the one that stands for "none" is -1.
inline int64_t shown_account_id(uint32_t id) {
  return id == UINT32_MAX ? -1 : int64_t{id};
}

}  // namespace ouro::vm
