"""Keys, sealed columns and reports, keyed hashes, receipts, and the filter that keeps personal data out of logs."""
