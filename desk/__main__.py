"""`python -m desk`, for processes that start others of their kind."""

from desk.cli import main
from desk.supervisor import end_with_parent

end_with_parent()
main()
