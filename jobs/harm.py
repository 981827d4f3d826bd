"""spark-submit jobs/harm.py --lake URI [--recipe HASH]: harm of people and networks by both indices."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "harm", *sys.argv[1:]], prog_name="harm.py")
