"""spark-submit jobs/rank.py --lake URI [--recipe HASH]: priorities whose parts add up."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "rank", *sys.argv[1:]], prog_name="rank.py")
