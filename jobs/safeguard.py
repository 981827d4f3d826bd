"""spark-submit jobs/safeguard.py --lake URI [--recipe HASH]: who may need protecting, and from whom."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "safeguard", *sys.argv[1:]], prog_name="safeguard.py")
