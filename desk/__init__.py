"""The officers' desk: the command line, and the only place that puts the whole program together."""
