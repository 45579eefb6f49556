"""The figures at the head of the summary, by stable keys: one list for the JSON, the first sheet and the page."""

from __future__ import annotations

from core.services.summary import Summary, Value, cut


def figures(summary: Summary) -> dict[str, Value]:
    """Every figure by its key; None is what is not known. Rates are cut after two digits, as the district does."""
    paid, head = summary.payments, summary.audit_head
    return {
        "year": summary.year,
        "as_of": summary.as_of.isoformat(),
        "confirmed": summary.confirmed,
        "agricultural_population": summary.population,
        "per_mille": summary.per_mille,
        "per_mille_exact": summary.per_mille_exact,
        "people_due": paid.due,
        "people_paid_by_31_july": paid.paid,
        "people_per_cent": cut(paid.paid, paid.due, 100) if paid.due else None,
        "yuan_due": paid.yuan_due,
        "yuan_paid_by_31_july": paid.yuan_paid,
        "yuan_per_cent": cut(paid.yuan_paid, paid.yuan_due, 100) if paid.yuan_due else None,
        "audit_head_sequence": head.sequence if head else None,
        "audit_head_link": head.link.hex() if head else None,
        "audit_head_at": head.at.isoformat() if head else None,
    }
