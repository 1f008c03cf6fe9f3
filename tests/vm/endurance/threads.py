"""COUNT threads started and joined, some hundred at a time; all of them allocate, lock, raise and call back."""
import sys
import threading

COUNT = int(sys.argv[1])
lock = threading.Lock()
done = 0
local = threading.local()


def work(number):
    global done
    local.number = number
    objects = [{"n": i, "list": [i] * 5} for i in range(200)]
    objects.sort(key=lambda o: -o["n"])
    try:
        raise ValueError(number)
    except ValueError as error:
        assert error.args == (number,)
    assert local.number == number and objects[0]["n"] == 199
    with lock:
        done += 1


for start in range(0, COUNT, 100):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(start, min(start + 100, COUNT))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
assert done == COUNT and threading.active_count() == 1, (done, threading.active_count())
print(f"{done} threads")
