"""The demo kept honest: real clients against the emulated providers."""
