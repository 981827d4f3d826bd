"""spark-submit jobs/reproduce.py --lake URI ID: derive a snapshot again and compare; publishes nothing.

Prints IDENTICAL, STORED_VERIFIED or DIFFERENT last; exit status 0, 3 or 4.
"""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["reproduce", *sys.argv[1:]], prog_name="reproduce.py")
