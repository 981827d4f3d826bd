"""spark-submit jobs/ingest.py --lake URI [--from DIR] [--mode DELTA|FULL] [--conf DIR]: one numbered batch."""

import sys

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["ingest", *sys.argv[1:]], prog_name="ingest.py")
