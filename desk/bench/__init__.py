"""The benchmarks: each prints one JSON line that sets ours beside a baseline of the same run."""
