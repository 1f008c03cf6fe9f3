# Processes and what they share: pools, queues, locks, named memory; maps of files; terminals.
import tempfile
import warnings

warnings.simplefilter("ignore")
import multiprocessing as mp
import concurrent.futures as cf
def f(x): return x*x
def work(q, l):
    with l: q.put(sum(range(10)))
if __name__ == '__main__':
    with mp.Pool(2) as p: print(p.map(f, range(10)))
    with cf.ProcessPoolExecutor(2) as e: print(list(e.map(f, range(5))))
    q = mp.Queue(); l = mp.Lock()
    p = mp.Process(target=work, args=(q,l)); p.start(); print(q.get()); p.join(); print(p.exitcode)
    v = mp.Semaphore(2); print(v.acquire(), v.acquire(), v.acquire(False), v.get_value()); v.release()
    from multiprocessing import shared_memory
    s = shared_memory.SharedMemory(create=True, size=100); s.buf[:3]=b'abc'
    t = shared_memory.SharedMemory(s.name); print(bytes(t.buf[:3])); t.close(); s.close(); s.unlink()
    import crypt; print(crypt.crypt('a', '$6$abc'))
    import mmap
    with tempfile.TemporaryFile() as fl:
        fl.write(b'hello world\nline two\n'); fl.flush()
        m = mmap.mmap(fl.fileno(), 0)
        print(m, len(m), m[0], m[:5], m[::2], m.readline(), m.find(b'two'), m.rfind(b'o'), m.tell(), m.size())
        m[0:5]=b'HELLO'; m[6]=87; m.seek(0); print(m.read(8)); m.move(0,6,5); print(m[:])
        m.resize(5000); print(len(m)); mv = memoryview(m)
        for act in (m.close, lambda: m.resize(3), lambda: m.write_byte(256), lambda: m.seek(9999), lambda: m[10000]):
            try: act()
            except Exception as e: print(type(e).__name__, e)
        mv.release(); m.close(); print(m, m.closed)
        try: m.read()
        except ValueError as e: print(e)
    a = mmap.mmap(-1, 10); a.write(b'x'*10); print(a[:], a.access if hasattr(a,'access') else '')
    import termios, tty, pty, os
    mfd, sfd = pty.openpty()
    at = termios.tcgetattr(sfd); print(at[4:6], len(at[6])); tty.setraw(sfd); print(termios.tcgetattr(sfd)[3], termios.tcgetwinsize(sfd)); termios.tcsetwinsize(sfd, (3,4)); print(termios.tcgetwinsize(sfd))
    try: termios.tcgetattr(os.open('/dev/null', 0))
    except termios.error as e: print(e, e.args)
    print(sorted(n for n in dir(termios) if n != 'EXTA' and n != 'EXTB')[:40])
