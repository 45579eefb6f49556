"""The encoder's head belongs to the catalogue that ships, and without encoder or head the finder works on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.faq import Catalogue, encoder, load_catalogue
from core.faq.encoder import HEAD_FILE, EncoderHead, encoder_for


def test_kept_head_fits_the_catalogue() -> None:
    """After a change of the catalogue the head was made anew (`python -m core.faq.encoder`)."""
    head = EncoderHead.load(HEAD_FILE)
    assert head.fingerprint == load_catalogue().fingerprint()
    assert head.weights.shape == (384, len(load_catalogue().entries))


def test_kept_head_is_small() -> None:
    """The head is a small file, fit to be kept beside the code."""
    assert HEAD_FILE.stat().st_size < 100_000


def test_head_survives_saving(tmp_path: Path) -> None:
    """A head read back scores as before, but for half precision."""
    rng = np.random.default_rng(1)
    head = EncoderHead("abc", rng.normal(size=4), rng.normal(size=(4, 3)), rng.normal(size=3))
    (tmp_path / "head.npz").write_bytes(head.saved())
    again = EncoderHead.load(tmp_path / "head.npz")
    vectors = rng.normal(size=(2, 4)).astype(np.float32)
    assert again.fingerprint == "abc"
    assert np.allclose(head.scores(vectors), again.scores(vectors), atol=0.01)


@pytest.fixture
def _engine_present(monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        def query(self, texts: list[str]) -> np.ndarray:
            return np.ones((len(texts), 384), dtype=np.float32)

    monkeypatch.setattr(encoder, "_engine", Engine)


@pytest.mark.usefixtures("_engine_present")
def test_head_of_another_catalogue_is_not_used() -> None:
    """An outdated head would answer with wrong topics: rather none."""
    catalogue = load_catalogue()
    changed = replace(catalogue.entries[0], phrasings=("另一种问法",))
    assert encoder_for(catalogue) is not None
    assert encoder_for(Catalogue((changed, *catalogue.entries[1:]))) is None


@pytest.mark.usefixtures("_engine_present")
def test_missing_or_broken_head_is_done_without(tmp_path: Path) -> None:
    """Neither a missing file nor a damaged one stops the line."""
    assert encoder_for(load_catalogue(), tmp_path / "none.npz") is None
    (tmp_path / "broken.npz").write_bytes(b"broken")
    assert encoder_for(load_catalogue(), tmp_path / "broken.npz") is None


def test_engine_that_does_not_load_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine for which the encoder was not built has a finder all the same."""

    def fail() -> None:
        raise OSError("no compiled engine")

    encoder._engine.cache_clear()
    monkeypatch.setattr(encoder, "_load_engine", fail)
    try:
        assert encoder_for(load_catalogue()) is None
    finally:
        encoder._engine.cache_clear()
