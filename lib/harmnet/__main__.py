"""`python -m harmnet` is the command `harmnet`."""

from harmnet.cli import main

main()
