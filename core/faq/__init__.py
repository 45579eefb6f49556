"""Policy questions: the catalogue of topics, and the finder that leads a free question to one of them."""

from core.faq.catalogue import Catalogue, Entry, load_catalogue
from core.faq.finder import Finder, Finding

__all__ = ["Catalogue", "Entry", "Finder", "Finding", "load_catalogue"]
