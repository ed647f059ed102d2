"""An archive as an answer: always saved, never shown, never kept by anything in between."""

from __future__ import annotations

from flask.wrappers import Response

from enterprise_social.core.errors import NotFound
from enterprise_social.files.storage import storage
from enterprise_social.records.archives.contents import blocks
from enterprise_social.records.models import DataExport


def send_archive(export: DataExport, name: str) -> Response:
    """Answer with an export's archive; rights have been asked and the download is noted.

    Raises NotFound where it is gone.
    """
    try:
        stream = storage().open(export.storage_key)
    except FileNotFoundError:
        raise NotFound() from None
    answer = Response(blocks(stream), mimetype="application/zip")
    answer.call_on_close(stream.close)
    answer.headers["Content-Length"] = str(export.size)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
