"""Files: uploads, pictures and text made of them, and how they are handed out."""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the storage, what the worker does with files, and the pages that hand them out."""
    from enterprise_social.files import listeners, views
    from enterprise_social.files.storage.disk import DiskStorage
    from enterprise_social.files.storage.s3 import BucketStorage

    address = app.config["FILES_URL"]
    folder = app.config["DATA_DIR"] / "files"
    app.extensions["file_storage"] = BucketStorage(address) if address else DiskStorage(folder)
    app.register_blueprint(views.blueprint)
    del listeners  # imported for what it registers
