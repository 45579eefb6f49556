"""Import of areas, staff and applicants from the office's tables: good rows are kept, each bad one is named."""
