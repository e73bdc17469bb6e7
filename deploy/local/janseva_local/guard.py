"""Runs a command that must not outlive its parent: `python -S -E guard.py PARENT_PID COMMAND...`.

Linux kills the command when the process that started it ends, however it ends. The setting survives exec. Other
systems have no such setting: there an orderly end is the only one that stops the children.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent:  # the parent died before the setting took hold
        sys.exit(f"the parent process {parent} is gone")
    try:
        os.execvp(command[0], command)  # noqa: S606  # replacing this process is the point
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
