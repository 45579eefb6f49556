"""What an installation lives through: killed workers, providers that fail, a full disk, clocks that jump."""
