"""The records: mapped classes, and the invariants that need only themselves."""
