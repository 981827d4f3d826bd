"""spark-submit jobs/measure.py --lake URI [--recipe HASH]: each person's place in the graph."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "measure", *sys.argv[1:]], prog_name="measure.py")
