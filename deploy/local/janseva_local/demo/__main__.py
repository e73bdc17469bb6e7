"""`python -m janseva_local.demo`: as `python -m janseva_local demo`."""

import sys

from janseva_local.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
