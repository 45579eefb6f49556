"""Keys, sealed columns, keyed hashes, and the filter that keeps personal data out of logs."""
