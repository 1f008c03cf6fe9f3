"""Futures and tasks of the native module, told apart from the ones written in Python."""
import asyncio
import contextvars
import gc

import _asyncio

loop = asyncio.new_event_loop()


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


print(asyncio.Future is _asyncio.Future, asyncio.Task is _asyncio.Task, issubclass(asyncio.Task, asyncio.Future))
print(asyncio.Task.__mro__)
print(asyncio.Future.__module__, [name for name in sorted(vars(asyncio.Future)) if not name.startswith("__")])
print(sorted(vars(asyncio.Task).keys() - vars(asyncio.Future).keys()))

# States of a future.
future = asyncio.Future(loop=loop)
print(future, future._state, future.done(), future.cancelled(), future._callbacks, future._loop is loop)
for method in "result", "exception":
    print(attempt(getattr(future, method)))
print(attempt(future.set_exception, 5), attempt(future.set_exception, StopIteration))
print(attempt(future.set_result), attempt(asyncio.Future, 1), attempt(asyncio.Future, lop=1))
print(attempt(setattr, future, "_log_traceback", True), attempt(delattr, future, "_cancel_message"))
future.extra = 1
print(future.extra, future.set_result(7), future, future.result(), future.exception())
print(attempt(future.set_result, 8), future.cancel())

raw = asyncio.Future.__new__(asyncio.Future)
print(attempt(raw.result), attempt(raw.set_result, 1), attempt(repr, raw), raw.done(), raw._loop, attempt(iter, raw))
print(attempt(raw.add_done_callback, print))
print(attempt(asyncio.Task.__new__(asyncio.Task).cancel), attempt(asyncio.Task, 5, loop=loop))
print(attempt(_asyncio.Future.result, 5))

# The traceback of an exception is given back once.
future = loop.create_future()
try:
    1 / 0
except ZeroDivisionError as error:
    future.set_exception(error)
print(future._log_traceback, future._exception, future._result)
print(attempt(future.result), future._log_traceback, future.exception().__traceback__ is not None)
failed = loop.create_future()
failed.set_exception(KeyError)
print(repr(failed.exception()))


# Callbacks.
class Same:
    def __init__(self, name):
        self.name = name

    def __call__(self, future):
        print("called", self.name, future.result())

    def __eq__(self, other):
        return isinstance(other, Same) and self.name == other.name


future = loop.create_future()
context = contextvars.copy_context()
for name in "abac":
    future.add_done_callback(Same(name), context=context)
print([callback.name for callback, _ in future._callbacks], all(at is context for _, at in future._callbacks))
print(future.remove_done_callback(Same("a")), [callback.name for callback, _ in future._callbacks])
print(future.remove_done_callback(Same("z")), future.remove_done_callback(Same("b")))
future.add_done_callback(Same("d"))
future.set_result("done")
future.add_done_callback(Same("late"))
loop.run_until_complete(asyncio.sleep(0))


class Meddler:
    def __eq__(self, other):
        future.remove_done_callback(len)
        return False


future = loop.create_future()
for callback in print, len, len, repr:
    future.add_done_callback(callback)
print(future.remove_done_callback(Meddler()), [callback for callback, _ in future._callbacks])
future.cancel()

# The iterator.
future = loop.create_future()
iterator = iter(future)
print(type(iterator), iterator.send(None) is future, future._asyncio_future_blocking, attempt(next, iterator))
future.set_result((1, 2))
print(attempt(iterator.send, 5), attempt(next, iterator))
print(attempt(iter(loop.create_future()).throw, ValueError, "x"), attempt(iterator.throw, 5))
print(attempt(iterator.throw, ValueError(1), 2), attempt(iterator.throw, ValueError, 2, 3), iterator.close())

# Running and current.
print(_asyncio._get_running_loop(), attempt(asyncio.get_running_loop))


async def look():
    task = asyncio.current_task()
    print(asyncio.get_running_loop() is loop, asyncio.get_event_loop() is loop, _asyncio._current_tasks == {loop: task})
    print(attempt(_asyncio._enter_task, loop, 1).split(" while")[0])
    print(attempt(_asyncio._leave_task, loop=loop, task=1).split(" does")[0])
    print(asyncio.all_tasks() == {task}, task in _asyncio._all_tasks, len(_asyncio._all_tasks) >= 1)
    print(task.get_name(), task.get_coro().__name__, task.get_stack()[0].f_code.co_name, task._fut_waiter)


task = loop.create_task(look(), name="looking")
print(task.get_name(), task._must_cancel, task._log_destroy_pending, type(task._coro).__name__)
loop.run_until_complete(task)
task.set_name(5)
print(task.get_name(), attempt(task.set_result, 1), attempt(task.set_exception, 1), task.cancel())


# What a coroutine may not wait for.
class Yields:
    def __init__(self, value):
        self.value = value

    def __await__(self):
        return (yield self.value)


async def wait_for(value):
    try:
        await Yields(value)
    except RuntimeError as error:
        text = str(error)
        return text.split(" <")[0]


async def wait_for_itself():
    try:
        await asyncio.current_task()
    except RuntimeError as error:
        return str(error).split(":")[0]


other = asyncio.new_event_loop()
for value in 5, (n for n in ()), loop.create_future(), other.create_future():
    print(loop.run_until_complete(wait_for(value)))
print(loop.run_until_complete(wait_for_itself()))
other.close()


class Like:
    """Has the protocol of a future, but is none."""
    _asyncio_future_blocking = False

    def __init__(self):
        self.callbacks = []

    def get_loop(self):
        return loop

    def add_done_callback(self, callback, *, context):
        loop.call_soon(callback, self, context=context)

    def result(self):
        return self.callbacks

    def __await__(self):
        self._asyncio_future_blocking = True
        yield self
        return "like"


async def wait_for_like():
    return await Like()


print(loop.run_until_complete(wait_for_like()))


# Cancelling.
async def stubborn(log):
    for _ in range(2):
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as error:
            log.append((error.args, asyncio.current_task().cancelling(), asyncio.current_task().uncancel()))
    return log


async def cancel_twice():
    task = asyncio.ensure_future(stubborn([]))
    await asyncio.sleep(0)
    print(task.cancel("one"), task.cancelling())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(task.cancel(msg="two"), task.cancel())
    print(await task, task.cancelled(), task.cancelling())
    task = asyncio.ensure_future(asyncio.sleep(10))
    task.cancel("early")
    try:
        await task
    except asyncio.CancelledError as error:
        print(error.args, task.cancelled())
    future = loop.create_future()
    future.cancel("why")
    print(repr(future._make_cancelled_error()), future._cancel_message, attempt(future.result), attempt(future.exception))


loop.run_until_complete(cancel_twice())


# Subclasses, contexts and what gather makes of all that.
variable = contextvars.ContextVar("variable", default=0)


class Counted(asyncio.Task):
    made = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        Counted.made += 1


async def branch(level):
    variable.set(variable.get() + 1)
    if level == 0:
        await asyncio.sleep(0)
        return variable.get()
    return sum(await asyncio.gather(*[branch(level - 1) for _ in range(3)]))


loop.set_task_factory(lambda loop, coro, **kwargs: Counted(coro, loop=loop, **kwargs))
print(loop.run_until_complete(branch(3)), Counted.made)
loop.set_task_factory(None)


async def failing(level):
    if level == 0:
        raise ValueError("deep")
    await asyncio.gather(*[failing(level - 1), asyncio.sleep(0)])


print(attempt(loop.run_until_complete, failing(4)))


async def interrupted():
    raise SystemExit(3)


task = loop.create_task(interrupted())
print(attempt(loop.run_until_complete, task), task.done(), repr(task.exception()))

# What the dying say.
said = []
loop.set_exception_handler(lambda loop, context: said.append((context["message"], sorted(context))))


def let_die():
    loop.create_future().set_exception(ValueError())
    silent = loop.create_future()
    silent.set_exception(ValueError())
    silent.exception()
    asked = loop.create_future()
    asked.set_exception(ValueError())
    asked._log_traceback = False

    async def forever(future):
        await future

    pending = loop.create_task(forever(loop.create_future()))
    loop.run_until_complete(asyncio.sleep(0))
    quiet = loop.create_task(forever(loop.create_future()))
    quiet._log_destroy_pending = False
    loop.run_until_complete(asyncio.sleep(0))


let_die()
for _ in range(3):
    gc.collect()
    loop.run_until_complete(asyncio.sleep(0))
print(sorted(said))
print(len(asyncio.all_tasks(loop)))

loop.set_debug(True)
future = loop.create_future()
print(type(future._source_traceback).__name__, future._source_traceback[-1].line)
future.cancel()
loop.close()
