"""Runs a command in a terminal of this machine, and types into it.

Arguments: a JSON list of steps, then the command. Steps: ["expect", TEXT] reads until the text has come, ["type", TEXT],
["resize", ROWS, COLUMNS]. Prints JSON: what was shown, how the command ended as a shell tells it, and whether it left the
terminal's modes as they were.
"""
import fcntl, json, os, pty, select, struct, sys, termios

steps = json.loads(sys.argv[1])
PATIENCE = 20

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
before = termios.tcgetattr(master)
shown = b''


def read():
    global shown
    if not select.select([master], [], [], PATIENCE)[0]:
        raise TimeoutError(shown)
    try:
        more = os.read(master, 65536)
    except OSError:
        more = b''
    shown += more
    return more


def resize(rows, columns):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


seen = 0
resize(24, 80)
for what, *arguments in steps:
    if what == 'expect':
        text = arguments[0].encode()
        while shown.find(text, seen) < 0:
            if not read():
                raise EOFError(shown)
        seen = shown.find(text, seen) + len(text)
    elif what == 'type':
        os.write(master, arguments[0].encode())
    else:
        resize(*arguments)
while read():
    pass
status = os.waitpid(pid, 0)[1]
print(json.dumps({
    'shown': shown.decode(errors='replace'),
    'status': 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status),
    'restored': termios.tcgetattr(master) == before,
}))
