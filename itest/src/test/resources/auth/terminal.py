"""Runs auth_entry at a terminal, its output in a file: PROGRAM FILE PASSWORD; prints what the terminal shows."""
import os
import pty
import sys

program, file, password = sys.argv[1:4]
child, terminal = pty.fork()
if child == 0:
    os.execvp("sh", ["sh", "-c", '"$0" --form scram-sha-256 terminal@example.com >>"$1"', program, file])
shown = b""
for prompt in (b"Password: ", b"Once more: ", None):
    while prompt is None or not shown.endswith(prompt):
        try:
            some = os.read(terminal, 1000)
        except OSError:
            some = b""
        if not some:
            break
        shown += some
    if prompt is not None:
        os.write(terminal, password.encode() + b"\n")
print(shown.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
