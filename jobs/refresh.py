"""spark-submit jobs/refresh.py --lake URI --as-of DATE [--conf DIR] [--known-at BATCH]: the whole refresh."""

from harmnet.cli import main

if __name__ == "__main__":
    main(args=["refresh", *__import__("sys").argv[1:]], prog_name="refresh.py")
