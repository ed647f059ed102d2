"""What the worker does with exports: tells who must agree, makes them, throws them away."""

from __future__ import annotations

from enterprise_social.core.events import after
from enterprise_social.files.storage import storage
from enterprise_social.records.actions import exports, exports_making, exports_telling
from enterprise_social.records.events import (
    ExportAged,
    ExportAsked,
    ExportDecided,
    ExportDropped,
    ExportMade,
    ExportQueued,
)

# An export takes as long as it takes, and holds nothing else up.
LANE = "exports"


@after(ExportQueued, lane=LANE)
def make(event: ExportQueued) -> None:
    """Make an archive."""
    exports_making.make_export(event.export_id)


@after(ExportAged)
def let_age(event: ExportAged) -> None:
    """End what waited or lay there for long enough."""
    exports.let_age(event.export_id)


@after(ExportDropped, slow=True)
def throw_away(event: ExportDropped) -> None:
    """Delete an archive."""
    storage().delete(event.storage_key)


@after(ExportAsked)
def tell_who_decides(event: ExportAsked) -> None:
    """Write to everybody who may agree."""
    exports_telling.tell_asked(event.export_id)
    exports_telling.note_asked(event.export_id)


@after(ExportDecided)
def tell_who_asked(event: ExportDecided) -> None:
    """Write to whoever asked, what was decided."""
    exports_telling.tell_decided(event.export_id)
    exports_telling.note_decided(event.export_id)


@after(ExportMade)
def tell_that_it_is_there(event: ExportMade) -> None:
    """Write to those who may fetch it."""
    exports_telling.tell_made(event.export_id)
    exports_telling.note_made(event.export_id)
