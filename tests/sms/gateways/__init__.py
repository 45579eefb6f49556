"""One folder a gateway, as in the program."""
