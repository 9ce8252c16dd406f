"""`python -m domostate` is the console script."""

from domostate.cli.main import main

main()
