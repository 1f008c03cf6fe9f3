import subprocess,sys
print(subprocess.run(['echo','hi'],capture_output=True))
p=subprocess.Popen(['cat'],stdin=subprocess.PIPE,stdout=subprocess.PIPE,text=True); print(p.communicate('abc\n'), p.returncode)
try: subprocess.run(['/nonexistent'])
except FileNotFoundError as e: print(e)
try: subprocess.run(['ls'],cwd='/nonexistent')
except FileNotFoundError as e: print(e)
print(subprocess.check_output('echo $FOO; exit 0',shell=True,env={'FOO':'bar'}))
print(subprocess.run(['sh','-c','exit 3']).returncode, subprocess.run(['sh','-c','kill -9 $$']).returncode)
try: subprocess.run(['true'],preexec_fn=lambda:1/0)
except subprocess.SubprocessError as e: print(e)
print(subprocess.run(['sh','-c','echo err >&2; echo out'],stderr=subprocess.STDOUT,stdout=subprocess.PIPE))


# ---- files where a descriptor is asked for
import fcntl
import select
import tempfile

with tempfile.TemporaryFile() as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    fcntl.lockf(file, fcntl.LOCK_UN)
    print(fcntl.fcntl(file, fcntl.F_GETFD) & fcntl.FD_CLOEXEC)
for bad in "text", -1, None:
    try:
        fcntl.lockf(bad, fcntl.LOCK_UN)
    except (TypeError, ValueError) as error:
        print(error)
