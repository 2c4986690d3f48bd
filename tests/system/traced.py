# traced.py: runs the program under ptrace(2) and looks at its memory where a test wants to. For native programs; changes nothing.
# SPDX-License-Identifier: MIT

import ctypes
import os
import subprocess

import program

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.restype = ctypes.c_long
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
TRACEME, CONT, SETOPTIONS = 0, 7, 0x4200
TRACEEXIT, EXITKILL = 0x40, 0x100000
EVENT_EXIT = 6


def ptrace(what, pid, data=0):
    if LIBC.ptrace(what, pid, None, data) < 0:
        program.peers.bail("ptrace: " + os.strerror(ctypes.get_errno()))


def memory(pid):
    """What a process could have written: (name, bytes) of each writable mapping, without its arguments and environment, which
    whoever started it put there."""
    with open("/proc/%d/stat" % pid) as f:
        fields = f.read().rpartition(")")[2].split()
    given = int(fields[48 - 3]), int(fields[51 - 3])  # arg_start to env_end, proc(5)
    found = []
    with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
        for row in maps:
            span, rights, _, _, _, *name = row.split()
            start, end = (int(part, 16) for part in span.split("-"))
            if "w" not in rights:
                continue
            mem.seek(start)
            data = bytearray(mem.read(end - start))
            low, high = max(start, given[0]), min(end, given[1])
            if low < high:
                data[low - start:high - start] = bytes(high - low)
            found.append((" ".join(name) or "anonymous", bytes(data)))
    return found


def run_to_exit(*args, look, env, during=None, **more):
    """Run `pantler ARGS`, call look(pid) when the kernel is about to take it down, and return (Ran, what look returned).
    `during` is called with the process as soon as it runs. Its output must fit a pipe."""
    process = program.start(*args, env=env, **dict(more, preexec_fn=lambda: ptrace(TRACEME, 0)))
    result = None
    _, status = os.waitpid(process.pid, 0)  # stopped by its execve
    ptrace(SETOPTIONS, process.pid, TRACEEXIT | EXITKILL)
    ptrace(CONT, process.pid)
    if during:
        during(process)
    while True:
        _, status = os.waitpid(process.pid, 0)
        if not os.WIFSTOPPED(status):
            break
        if status >> 16 == EVENT_EXIT:
            result = look(process.pid)
        ptrace(CONT, process.pid, 0 if status >> 16 else os.WSTOPSIG(status))
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = (stream.read() if stream else b"" for stream in (process.stdout, process.stderr))
    return program.peers.Ran(subprocess.CompletedProcess([], process.returncode, out, err)), result
