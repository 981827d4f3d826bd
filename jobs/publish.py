"""spark-submit jobs/publish.py --lake URI [--recipe HASH]: make the snapshot exist; prints its id."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "publish", *sys.argv[1:]], prog_name="publish.py")
