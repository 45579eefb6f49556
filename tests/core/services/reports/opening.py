"""What an inspector of the tests reads: the bundle exported for an area, opened with its key."""

from __future__ import annotations

from core.db import transaction
from core.services.reports.bundles import export
from core.services.reports.inspecting import Bundle, Case, open_bundle
from core.services.reports.keys import keys_of, keys_of_staff
from tests.inspectors import Channel


def bundle(channel: Channel, area: str) -> Bundle:
    """The bundle of the inspector of that area, or of the city."""
    key = channel.inspectors.keys[area]
    with transaction(channel.sessions) as session:
        if area == "city":
            own = colleagues = (key.public_half,)
        else:
            own = keys_of_staff(session, channel.inspectors.staff[area])
            colleagues = keys_of(session, channel.inspectors.areas[area])
        return open_bundle(export(session, channel.report_keys, own, [key.public_half], colleagues), [key])


def opened(channel: Channel, area: str) -> Case:
    """The only report of that inspector."""
    (case,) = bundle(channel, area).cases
    return case
