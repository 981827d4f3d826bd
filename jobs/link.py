"""spark-submit jobs/link.py --lake URI [--recipe HASH]: who is who, and who was involved in what."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "link", *sys.argv[1:]], prog_name="link.py")
