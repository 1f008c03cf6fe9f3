#include "vm/interp/lifted_forms.h"

#include <cstring>

#include "base/siphash.h"
#include "lift/lift.h"

namespace ouro::vm {

namespace {

struct Header {
  uint32_t words, handlers, offsets, pinned;
  uint32_t local_count, temp_base, register_count, nothing;
};

template <class T>
void append_array(const std::vector<T>& items, std::string& to) {
  to.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
}

template <class T>
const char* read_array(const char* from, uint32_t count, std::vector<T>* items) {
  items->resize(count);
  if (count > 0) std::memcpy(items->data(), from, count * sizeof(T));
  return from + count * sizeof(T);
}

}  // namespace

void append_lifted_form(const lift::RegisterCode& code, std::string& to) {
  const auto count = [](const auto& items) { return static_cast<uint32_t>(items.size()); };
  const Header header{count(code.words), count(code.handlers), count(code.offsets), count(code.pinned_consts),
                      code.local_count,  code.temp_base,       code.register_count, 0};
  to.append(reinterpret_cast<const char*>(&header), sizeof header);
  append_array(code.words, to);
  append_array(code.handlers, to);
  append_array(code.offsets, to);
  append_array(code.pinned_consts, to);
}

LiftedView view_of_lifted(const lift::RegisterCode& code) {
  return {code.local_count,
          code.temp_base,
          code.register_count,
          !code.handlers.empty(),
          static_cast<uint32_t>(code.words.size()),
          static_cast<uint32_t>(code.pinned_consts.size()),
          code.words.data(),
          code.pinned_consts.data()};
}

LiftedView view_of_form(const void* form) {
  Header header;
  std::memcpy(&header, form, sizeof header);
  const char* words = static_cast<const char*>(form) + sizeof header;
  const char* tables = words + header.words * sizeof(uint64_t);
  return {static_cast<uint16_t>(header.local_count),
          static_cast<uint16_t>(header.temp_base),
          static_cast<uint16_t>(header.register_count),
          header.handlers != 0,
          header.words,
          header.pinned,
          words,
          tables + header.handlers * sizeof(lift::Handler) + header.offsets * sizeof(lift::OffsetEntry)};
}

lift::RegisterCode read_lifted_form(const void* form) {
  Header header;
  std::memcpy(&header, form, sizeof header);
  lift::RegisterCode code;
  code.local_count = static_cast<uint16_t>(header.local_count);
  code.temp_base = static_cast<uint16_t>(header.temp_base);
  code.register_count = static_cast<uint16_t>(header.register_count);
  const char* at = static_cast<const char*>(form) + sizeof header;
  at = read_array(at, header.words, &code.words);
  at = read_array(at, header.handlers, &code.handlers);
  at = read_array(at, header.offsets, &code.offsets);
  read_array(at, header.pinned, &code.pinned_consts);
  return code;
}

uint64_t lifted_form_stamp() {
  std::string rows;
  for (size_t i = 0; i < static_cast<size_t>(lift::Operation::kCount); ++i) {
    const lift::OperationInfo& row = lift::operation_info(static_cast<lift::Operation>(i));
    rows += row.name;
    for (const int part : {static_cast<int>(row.a), static_cast<int>(row.b), static_cast<int>(row.c),
                           static_cast<int>(row.words), static_cast<int>(row.tail)})
      rows.push_back(static_cast<char>('0' + part));
  }
  return siphash13(lift::LiftOptions().max_pinned_consts, sizeof(Header), rows);
}

}  // namespace ouro::vm
