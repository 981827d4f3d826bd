"""spark-submit jobs/stage.py --lake URI [--recipe HASH]: raw rows as known at known_at, typed, checked, counted."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "stage", *sys.argv[1:]], prog_name="stage.py")
