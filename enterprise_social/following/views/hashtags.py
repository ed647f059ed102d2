"""Hashtags: what rises, and what stands under one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.core.errors import Conflict, NotFound
from enterprise_social.feed.queries.followed import tagged
from enterprise_social.following import actions, queries
from enterprise_social.following.queries.rising import beside, rising
from enterprise_social.following.tags import tag_of, tag_url
from enterprise_social.following.views.place import back, blueprint


@blueprint.get("/hashtags")
def hashtags() -> str:
    """Show what rises this week, and the hashtags that one follows."""
    viewer = identity.signed_in()
    return render_template(
        "following/hashtags.html",
        rising=rising(viewer),
        mine=queries.hashtags_of(viewer.id),
        tag_url=tag_url,
    )


@blueprint.get("/hashtags/<tag>")
def hashtag(tag: str) -> ResponseReturnValue:
    """Show what stands under a hashtag: the same where nothing does as where others read it."""
    viewer = identity.signed_in()
    known = _checked(tag)
    if known != tag:
        return redirect(tag_url(known), 301)
    found = tagged(viewer, known, before=request.args.get("before"))
    return render_template(
        "following/hashtag.html",
        tag=known,
        counts=queries.tag_counts(viewer, known),
        posts=found.posts,
        next=found.older,
        beside=beside(viewer, known),
        tag_url=tag_url,
    )


@blueprint.post("/hashtags/<tag>/follow")
def follow_hashtag(tag: str) -> ResponseReturnValue:
    """Follow a hashtag, or no longer."""
    viewer, known = identity.signed_in(), _checked(tag)
    try:
        if request.form.get("follows") == "1":
            actions.follow_hashtag(viewer, known)
        else:
            actions.unfollow_hashtag(viewer, known)
    except Conflict as refusal:
        flash(refusal.detail)
    return redirect(back(tag_url(known)), 303)


def _checked(tag: str) -> str:
    known = tag_of(tag)
    if known is None:
        raise NotFound()
    return known
