"""Following somebody, and the lists of who follows whom."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.core.errors import Conflict, Forbidden
from enterprise_social.following import actions, queries
from enterprise_social.following.views.place import back, blueprint, named
from enterprise_social.people.queries.fields import hidden_names


@blueprint.post("/people/<username>/follow")
def follow(username: str) -> ResponseReturnValue:
    """Follow somebody, or no longer."""
    viewer, person = identity.signed_in(), named(username)
    try:
        if request.form.get("follows") == "1":
            actions.follow_person(viewer, person)
        else:
            actions.unfollow_person(viewer, person)
    except (Conflict, Forbidden) as refusal:
        flash(refusal.detail)
    return redirect(back(f"/people/{person.username}"), 303)


@blueprint.get("/people/<username>/followers")
def followers(username: str) -> ResponseReturnValue:
    """List who follows somebody."""
    return _list(username, "followers")


@blueprint.get("/people/<username>/following")
def following(username: str) -> ResponseReturnValue:
    """List whom somebody follows."""
    return _list(username, "following")


@blueprint.get("/followers")
def my_followers() -> ResponseReturnValue:
    """Lead to the list of one's own followers."""
    return redirect(f"/people/{identity.signed_in().username}/followers", 302)


def _list(username: str, which: str) -> ResponseReturnValue:
    viewer, person = identity.signed_in(), named(username)
    if person.username != username:
        return redirect(f"/people/{person.username}/{which}", 301)
    find = queries.followers if which == "followers" else queries.following
    page = find(viewer, person.id, cursor=request.args.get("cursor"))
    return render_template(
        "following/people.html",
        person=person,
        which=which,
        people=page.items,
        next=page.next_cursor,
        numbers=queries.connections(viewer, person.id),
        followed=queries.followed_among(viewer.id, [each.id for each in page.items]),
        hidden=hidden_names(),
    )
