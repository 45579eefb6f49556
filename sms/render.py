"""A prompt as one SMS: the text, then a line for each choice with its digit."""

from __future__ import annotations

from core.dialogue.prompt import Prompt, Reply
from core.text import printable


def render(prompt: Prompt) -> str:
    """The text of the message. What no phone shows, and XML refuses, is left out."""
    lines = [prompt.text, *(f"{choice.digit} {choice.label}" for choice in prompt.choices)]
    return printable("\n".join(lines))


def render_all(reply: Reply) -> list[str]:
    """One text a prompt."""
    return [render(prompt) for prompt in reply.prompts]
