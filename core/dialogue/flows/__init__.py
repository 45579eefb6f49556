"""One file a talk. Each asks and takes; none sends, commits, or knows a channel."""
