"""`python -m desk`, for processes that start others of their kind."""

from desk.cli import main

main()
