"""spark-submit jobs/refresh.py --lake URI --as-of DATE [--conf DIR] [--known-at BATCH]: the whole refresh.

Prints the snapshot id last.
"""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["refresh", *sys.argv[1:]], prog_name="refresh.py")
