"""spark-submit jobs/dismantle.py --lake URI [--recipe HASH]: how the first networks would best be taken apart."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "dismantle", *sys.argv[1:]], prog_name="dismantle.py")
