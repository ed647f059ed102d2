"""The doctor's look at second factors: can their keys still be opened, and who keeps the rule."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import select

from enterprise_social.accounts.factors import codes, rules
from enterprise_social.accounts.factors.models import AuthenticatorApp
from enterprise_social.admin.look_at_ways import Seen
from enterprise_social.core.db import db
from enterprise_social.core.sealing import CantUnseal, is_current

MEND = "name the key that they were sealed with in SECRET_KEY_PREVIOUS"


def look_at_factors(_app: Flask) -> Iterator[Seen]:
    """Tell whether every authenticator app's key opens with the keys that are set."""
    lost = old = found = 0
    for sealed in db.session.scalars(select(AuthenticatorApp.sealed_key)):
        found += 1
        old += not is_current(sealed)
        try:
            codes.opened(sealed)
        except CantUnseal:
            lost += 1
    if lost:
        yield "wrong", f"{lost} keys of authenticator apps can't be opened", MEND
        return
    said = [f"{found} authenticator apps"]
    if old:
        said.append(f"{old} still sealed with a former key")
    if not rules.passkeys_are_possible():
        said.append("no passkeys, for which BASE_URL needs a name and https://")
    yield "ok", "; ".join(said), ""
