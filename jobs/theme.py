"""spark-submit jobs/theme.py --lake URI [--recipe HASH]: who is involved in a theme, and by which rule."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["stage", "theme", *sys.argv[1:]], prog_name="theme.py")
