// Entering and leaving frames.
#pragma once

#include "vm/interp/interpreter.h"

namespace ouro::vm {

/// Runs T->frame, which carries kFrameEntry, until it returns or fails: bits of a Result<Value>. A
/// generator's frame that yields leaves the same way; see Generator::state.
uint64_t run_loop(Thread* T);
/// Where the C++ stack of the innermost loop on this thread ends. A native function that the loop's own Call
/// instruction runs has its frames below.
extern thread_local constinit const void* loop_stack __attribute__((tls_model("initial-exec")));
/// The native function that the running frame's Call or CallMethod instruction has called directly, or null.
NativeFunction* directly_called(Thread* T);

/// Fills the parameters' registers of a frame from a call's arguments: defaults, *args, **kwargs. The
/// registers hold the template already.
Status bind_arguments(Function* function, Executable* executable, const Arguments& arguments,
                      Value* registers);

/// A frame for the function on top of the register stack, arguments bound, linked as T->frame and ready to
/// run at its pc. Raises in the caller's context, nothing pushed.
Result<Frame*> push_frame(Thread* T, Function* function, const Arguments& arguments, uint16_t flags);
/// A frame whose parameters are still to be filled: its registers hold the template.
Result<Frame*> push_bare_frame(Thread* T, Function* function, uint16_t flags);
/// The same with one more positional argument in front.
Result<Frame*> push_method_frame(Thread* T, Function* function, Value self, const Arguments& arguments,
                                 uint16_t flags);

/// From a slow path: calls the function in the running loop; its result goes to register `a` of the
/// instruction at `pc`, which is `words` long.
uint64_t* enter_function(Thread* T, uint64_t* pc, Value* R, Function* function, const Arguments& arguments,
                         uint16_t words, uint16_t flags = 0);

/// The function that a special method of a class written in Python is, or null.
inline Function* python_special(const Type* type, Str* name) {
  if (!type->has(kTypeHeap)) return nullptr;
  Value found = lookup_in_type(const_cast<Type*>(type), name);
  return is_kind(found, Kind::kFunction) ? found.as<Function>() : nullptr;
}
/// A frame with kFrameContinued has ended: its value becomes what the caller's instruction wanted of it.
/// As leave_frame.
uint64_t* finish_operation(Thread* T, Frame* caller, uint16_t flags, Value value);
/// __next__ has raised: when that ends the caller's loop, the exception is dropped, and the caller goes on.
bool finish_loop(Thread* T, Frame* caller);

// Special methods in Python that an instruction needs: the frame is pushed (kReload), it could not be
// (kRaised), or there is no such method, and the general rules apply (kNoMethod).
inline uint64_t* const kNoMethod = reinterpret_cast<uint64_t*>(4);
uint64_t* enter_binary(uint64_t* pc, Value* R, Thread* T, BinaryOp op);
uint64_t* enter_inplace(uint64_t* pc, Value* R, Thread* T, BinaryOp op);
uint64_t* enter_compare(uint64_t* pc, Value* R, Thread* T, CompareOp op, Value left, Value right);
uint64_t* enter_contains(uint64_t* pc, Value* R, Thread* T, Value container, Value item);
/// __setitem__ and its like.
uint64_t* enter_store(uint64_t* pc, Value* R, Thread* T, Str* name, Value self, Value key, Value value);
/// One that takes nothing but self.
uint64_t* enter_unary(uint64_t* pc, Value* R, Thread* T, Str* name, Value self);
/// The slow path is over when the special method's frame could be pushed.
#define ENTER_SPECIAL(expression) \
  if (uint64_t* entered_ = (expression); entered_ != kNoMethod) return entered_

/// The frame is over with this value: pops it and hands the value to whoever waits (kReload, kLeave,
/// kRaised).
uint64_t* leave_frame(Thread* T, Frame* frame, Value value);
/// Takes the frame off the thread's chain: what return, exception and ReturnGenerator have in common.
void pop_frame(Thread* T, Frame* frame);
/// Copies what its frame object needs before the frame goes away.
void detach_frame(Frame* frame);

/// Makes a generator the running frame; `sent` as for send(). The caller has checked that it may run. Sets
/// everything but where the outcome goes: previous frame's register and words.
Status begin_generator(Thread* T, Generator* generator, Value sent, uint16_t flags);
/// The generator's frame has ended, with or without an exception.
void finish_generator(Generator* generator);
/// An exception leaves a generator: StopIteration becomes RuntimeError.
void convert_stop_iteration(Generator* generator);

/// Arguments of an instruction: the listed registers, gathered. On the stack of the caller while they are
/// few.
class Gathered {
 public:
  Gathered(const Value* R, const uint16_t* list, uint32_t count, Value first = Value());
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;
  const Value* values() const { return data_; }

 private:
  static constexpr uint32_t kFew = 12;
  Value few_[kFew];
  Value* data_ = few_;
};

/// "module.f()": a callable in messages about its arguments.
std::string callable_name(Value callable);

/// The handled exception that is visible now, or null: sys.exc_info.
Value handled_exception(Thread* T);

/// The handlers of threads that are not traced.
extern __attribute__((visibility("hidden"))) const void* const* plain_handlers;
inline bool is_traced(const Thread* T) {
  return T->dispatch_table != plain_handlers;
}

}  // namespace ouro::vm
