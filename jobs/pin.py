"""spark-submit jobs/pin.py --lake URI --as-of DATE [--conf DIR] [--known-at BATCH]: fix what a run follows from.

Prints the recipe's hash, which the stage jobs take as --recipe.
"""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "pin", *sys.argv[1:]], prog_name="pin.py")
