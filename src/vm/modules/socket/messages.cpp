// Sockets: messages of several buffers, with control messages (descriptors, credentials) beside them.
#include <climits>
#include <cstring>

#include "vm/modules/posix/buffers.h"
#include "vm/modules/socket/socket.h"

namespace ouro::vm {

namespace {

/// Items of (level, type, data), as the system has them.
Status append_control(std::string* control, Value item) {
  constexpr const char* kWhat = "[sendmsg() ancillary data items]() argument must be";
  if (!is_tuple(item)) return raise(types.TypeError, "{} 3-item sequence, not {}", kWhat, type_name(item));
  if (item.as<Tuple>()->length != 3)
    return raise(types.TypeError, "{} sequence of length 3, not {}", kWhat, item.as<Tuple>()->length);
  const Value* parts = item.as<Tuple>()->items;
  cmsghdr header = {};
  header.cmsg_level = TRY(to_c_int(parts[0]));
  header.cmsg_type = TRY(to_c_int(parts[1]));
  Buffer data;
  TRY(data.acquire(parts[2]));
  if (data.size() > INT_MAX / 2) return raise(types.OSError, "ancillary data item too large");
  header.cmsg_len = CMSG_LEN(data.size());
  const size_t at = control->size();
  control->resize(at + CMSG_SPACE(data.size()));
  std::memcpy(control->data() + at, &header, sizeof header);
  std::memcpy(control->data() + at + CMSG_LEN(0), data.data(), data.size());
  return {};
}

/// What came beside a message. Descriptors in it are ours from now on.
Result<Value> control_items(msghdr* message) {
  List* items = make_list();
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr; header = CMSG_NXTHDR(message, header)) {
    const auto* start = reinterpret_cast<const char*>(CMSG_DATA(header));
    const auto* end = static_cast<const char*>(message->msg_control) + message->msg_controllen;
    if (header->cmsg_len < CMSG_LEN(0) || start > end) break;
    const size_t size = std::min<size_t>(header->cmsg_len - CMSG_LEN(0), static_cast<size_t>(end - start));
    TRY(list_append(items, make_tuple({make_int(header->cmsg_level), make_int(header->cmsg_type),
                                       make_bytes({start, size})})));
  }
  return items;
}

/// (first, control messages, flags, address); `first` comes from `make_first(count)`.
template <class MakeFirst>
Result<Value> receive(Value self, iovec* vectors, int count, Value control_size, Value flags_value,
                      MakeFirst&& make_first) {
  auto* s = self.as<Socket>();
  const int64_t room = control_size.is_null() ? 0 : TRY(to_int64(control_size));
  const int flags = flags_value.is_null() ? 0 : TRY(to_c_int(flags_value));
  if (room < 0 || room > INT_MAX) return raise(types.ValueError, "invalid ancillary data buffer length");
  std::string control(static_cast<size_t>(room), '\0');
  Address address;
  msghdr message = {};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = vectors;
  message.msg_iovlen = static_cast<size_t>(count);
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const int64_t got = TRY(socket_call(s, POLLIN, [&] { return recvmsg(s->descriptor, &message, flags); }));
  Value items = TRY(control_items(&message));
  Value sender = TRY(from_address(address, message.msg_namelen));
  return make_tuple({make_first(got), items, make_int(message.msg_flags), sender});
}

}  // namespace

Result<Value> sendmsg_method(const Value* a) {
  auto* s = a[0].as<Socket>();
  if (type_of(a[1])->slots.iter == nullptr && type_of(a[1])->slots.item == nullptr)
    return raise(types.TypeError, "sendmsg() argument 1 must be an iterable");
  Buffers buffers;
  TRY(buffers.acquire(a[1], kBufferSimple));
  std::string control;
  if (!a[2].is_null()) {
    TRY(for_each(a[2], [&](Value item) { return append_control(&control, item); }));
  }
  const int flags = a[3].is_null() ? 0 : TRY(to_c_int(a[3]));
  Address address;
  msghdr message = {};
  if (!a[4].is_null() && !is_none(a[4])) {
    message.msg_namelen = TRY(to_address(s->family, a[4], &address, "sendmsg"));
    message.msg_name = &address;
  }
  TRY(audit("socket.sendmsg", {a[0], a[4].is_null() ? none() : a[4]}));
  message.msg_iov = buffers.data();
  message.msg_iovlen = static_cast<size_t>(buffers.count());
  message.msg_control = control.empty() ? nullptr : control.data();
  message.msg_controllen = control.size();
  return make_int(TRY(socket_call(s, POLLOUT, [&] { return sendmsg(s->descriptor, &message, flags); })));
}

Result<Value> recvmsg_method(const Value* a) {
  const int64_t size = TRY(to_int64(a[1]));
  if (size < 0) return raise(types.ValueError, "negative buffer size in recvmsg()");
  Bytes* bytes = TRY(allocate_bytes(static_cast<size_t>(size)));
  iovec vector = {bytes->data, bytes->length};
  return receive(a[0], &vector, 1, a[2], a[3], [bytes](int64_t got) -> Value {
    const auto count = static_cast<size_t>(got);
    return count == bytes->length ? bytes : make_bytes(bytes->view().substr(0, count));
  });
}

Result<Value> recvmsg_into_method(const Value* a) {
  if (type_of(a[1])->slots.iter == nullptr && type_of(a[1])->slots.item == nullptr)
    return raise(types.TypeError, "recvmsg_into() argument 1 must be an iterable");
  Buffers buffers;
  if (!buffers.acquire(a[1], kBufferWritable).ok()) {
    if (!clear_if(types.BufferError) && !clear_if(types.TypeError)) return Raised{};
    return raise(types.TypeError,
                 "recvmsg_into() argument 1 must be an iterable of single-segment read-write buffers");
  }
  return receive(a[0], buffers.data(), buffers.count(), a[2], a[3],
                 [](int64_t got) -> Value { return make_int(got); });
}

}  // namespace ouro::vm
