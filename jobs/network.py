"""spark-submit jobs/network.py --lake URI [--recipe HASH]: the networks of every theme."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "network", *sys.argv[1:]], prog_name="network.py")
