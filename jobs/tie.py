"""spark-submit jobs/tie.py --lake URI [--recipe HASH]: weighted ties between two people."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "tie", *sys.argv[1:]], prog_name="tie.py")
