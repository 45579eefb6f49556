"""The one family of errors. A class's docstring is its default message, written for the person who will read it."""

from __future__ import annotations

import inspect


class JiangfuError(Exception):
    """The work could not be done."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or inspect.cleandoc(self.__class__.__doc__ or ""))


class SettingsError(JiangfuError):
    """A setting is missing or malformed."""


class KeysError(JiangfuError):
    """The key files are missing or unreadable: run `jiangfu init`, or restore JIANGFU_KEYS_DIR from the safe copy."""


class Unavailable(JiangfuError):
    """The database cannot be reached just now; nothing was saved."""


class NotFound(JiangfuError):
    """There is no such record."""


class NotAllowed(JiangfuError):
    """This may not be done."""
