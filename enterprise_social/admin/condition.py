"""The condition of the installation for admins: queues, failed jobs, index, space, versions."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from enterprise_social.accounts import identity
from enterprise_social.admin.actions import jobs
from enterprise_social.admin.queries import health
from enterprise_social.core.access import require
from enterprise_social.core.limits import WRITES, limiter
from enterprise_social.files.limits import in_words
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin

blueprint = Blueprint("condition", __name__, url_prefix="/admin/health")
HERE = "/admin/health"


@blueprint.get("")
def show() -> str:
    """Show how the installation is."""
    _admin()
    page = health.failed_jobs(request.args.get("cursor"))
    waiting = health.queues()
    return render_template(
        "admin/health.html",
        queues=waiting,
        late=max((each.late for each in waiting), default=0.0),
        late_after=health.LATE_SECONDS,
        due=sum(each.due for each in waiting),
        failed_count=sum(each.failed for each in waiting),
        failed=page.items,
        next=page.next_cursor,
        index=health.index_state(),
        space=health.space(),
        in_words=in_words,
        versions=health.versions(),
    )


@blueprint.post("/retries")
@limiter.limit(WRITES)
def retry() -> Response:
    """Try one given-up job again, or all of them."""
    admin = _admin()
    given = request.form.get("job", type=int)
    count = jobs.retry_jobs(admin, None if given is None else [given])
    flash(ngettext("%(num)d job is tried again.", "%(num)d jobs are tried again.", count))
    return redirect(HERE, 303)


@blueprint.post("/jobs/<int:job_id>/removal")
@limiter.limit(WRITES)
def remove(job_id: int) -> Response:
    """Throw one given-up job away."""
    jobs.drop_jobs(_admin(), [job_id])
    flash(_("The job is gone. What it should have done is not done."))
    return redirect(HERE, 303)


def _admin() -> Person:
    viewer = identity.signed_in()
    require(is_admin(viewer), _("Only admins may do this."))
    return viewer
