// What an unpickler reads from. A file that has peek() is looked into ahead, so that small reads need no
// calls; it is moved on before anyone else may read from it.
#include "vm/modules/pickle/unpickler.h"

namespace ouro::vm::pickle {

namespace {

constexpr uint64_t kPrefetch = 128 * 1024;

Raised truncated() {
  return raise(state.unpickling_error, "pickle data was truncated");
}

}  // namespace

Source::Source(UnpicklerObject* unpickler, std::string_view data)
    : self_(unpickler), data_(data.empty() ? "" : data.data()), end_(data.size()), prefetched_(data.size()) {
  if (unpickler->data.is_null()) return;
  held_ = unpickler->data;
  const std::string_view rest = held_.as<Bytes>()->view();
  data_ = rest.data();
  at_ = unpickler->at;
  end_ = rest.size();
  prefetched_ = unpickler->prefetched;
}

void Source::keep_rest() {
  if (self_->read.is_null()) return;
  store(self_, self_->data, held_);
  self_->at = at_;
  self_->prefetched = prefetched_;
}

Status Source::take(Value data) {
  if (!is_bytes(data)) {
    Buffer buffer;
    TRY(buffer.acquire(data));
    data = make_bytes(buffer.text());
  }
  held_ = data;
  data_ = held_.as<Bytes>()->view().data();
  at_ = 0;
  end_ = prefetched_ = held_.as<Bytes>()->length;
  return {};
}

Status Source::skip_consumed() {
  if (at_ <= prefetched_ || self_->read.is_null()) return {};
  const auto consumed = static_cast<int64_t>(at_ - prefetched_);
  prefetched_ = at_;
  TRY(call(self_->read, {make_int(consumed)}));
  return {};
}

/// True when the file showed that many bytes without moving.
Result<bool> Source::look_ahead(uint64_t count) {
  if (self_->peek.is_null() || count >= kPrefetch) return false;
  auto seen = call(self_->peek, {make_int(kPrefetch)});
  if (!seen.ok()) {
    if (!clear_if(types.NotImplementedError)) return Raised{};
    self_->peek = Value();
    return false;
  }
  TRY(take(seen.unwrap()));
  prefetched_ = 0;
  return count <= end_;
}

Status Source::read_file(uint64_t count) {
  TRY(skip_consumed());
  if (TRY(look_ahead(count))) return {};
  return take(TRY(call(self_->read, {make_int(static_cast<int64_t>(count))})));
}

Result<const char*> Source::read_more(uint64_t count) {
  if (count > INT64_MAX - at_) return raise(state.unpickling_error, "read would overflow (invalid bytecode)");
  if (self_->read.is_null()) return truncated();
  // What is left of the last piece stays in front.
  const std::string before(data_ + at_, end_ - at_);
  const bool ahead = prefetched_ < end_;
  if (before.empty() || ahead) {
    TRY(read_file(count));
  } else {
    TRY(take(TRY(call(self_->read, {make_int(static_cast<int64_t>(count - before.size()))}))));
    TRY(take(make_bytes(before + std::string(held_.as<Bytes>()->view()))));
  }
  if (end_ < count) return truncated();
  at_ = count;
  return data_;
}

Result<std::string> Source::read_line() {
  const std::string_view rest(data_ + at_, end_ - at_);
  const size_t found = rest.find('\n');
  if (found != std::string_view::npos) {
    at_ += found + 1;
    return std::string(rest.substr(0, found + 1));
  }
  if (self_->read.is_null()) return truncated();
  std::string before;
  if (prefetched_ >= end_) before = rest;
  TRY(skip_consumed());
  TRY(take(TRY(call(self_->readline))));
  std::string line = before + std::string(data_, end_);
  at_ = end_;
  if (line.empty() || line.back() != '\n') return truncated();
  return line;
}

}  // namespace ouro::vm::pickle
