"""What `make check` asks of the tree, beyond lint and types."""
