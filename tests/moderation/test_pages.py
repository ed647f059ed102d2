"""The pages of moderation, without a script: reporting, judging, appealing, counting."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from enterprise_social.channels.actions.membership import set_member_role
from enterprise_social.core.db import db
from enterprise_social.moderation import links
from enterprise_social.moderation.actions.decisions import Verdict, decide
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Appeal, Case, Decision, Report
from enterprise_social.moderation.queries import transparency
from enterprise_social.people.actions import set_role
from tests.accounts.steps import mails
from tests.making import fresh, make_person, sign_in, write
from tests.moderation.town import Town, in_days

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.get_data(as_text=True)


def send(client: FlaskClient, path: str, status: int = 303, **form: Any) -> str:
    answer = client.post(path, data=form)
    assert answer.status_code == status, (path, answer.status_code, answer.text[:300])
    return answer.get_data(as_text=True)


def test_whoever_reports_something_is_told_what_is_shared_and_hears_what_came_of_it(town: Town):
    reader = sign_in(town.app, town.elif_)
    path = f"/report/post/{town.post.id}"
    page = text(reader, path)
    assert "Insult or harassment" in page
    assert "could not read it until now" not in page
    assert "Choose one of the reasons" in send(reader, path, 422, reason="")
    send(reader, path, reason="insult", note="He shouts.")
    assert "Is being looked at" in text(reader, "/moderation")
    case = db.session.query(Case).one()
    decide(town.ada, case, Verdict("remove", rule="insult"))
    found = text(reader, f"/moderation/mine/{case.id}")
    assert "was acted on" in found
    assert town.ada.name not in found


def test_the_queue_shows_what_waits_and_leads_to_each_case(town: Town):
    case = town.reported(note="He shouts.")
    judge = sign_in(town.app, town.ada)
    page = text(judge, "/admin/moderation")
    assert "should try thinking" in page and "1 report" in page  # noqa: PT018
    opened = text(judge, f"/admin/moderation?case={case.id}")
    for word in ("He shouts.", town.elif_.name, "Who can take the Sunday loop?", "Decide and tell"):
        assert word in opened
    send(judge, f"/moderation/cases/{case.id}/assignee", assignee="me")
    send(judge, f"/moderation/cases/{case.id}/notes", note="I'll talk to him.")
    send(judge, f"/moderation/cases/{case.id}/visibility", hidden="1")
    found = text(judge, f"/moderation/cases/{case.id}")
    for word in ("You look after it", "hid the post", "Show it again"):
        assert word in found
    refused = send(
        judge,
        f"/moderation/cases/{case.id}/decision",
        422,
        act="remove",
        rule="insult",
        sanction="mute",
        until="yesterday",
    )
    assert "Write the day as" in refused
    send(judge, f"/moderation/cases/{case.id}/decision", act="remove", rule="insult")
    assert "should try thinking" not in text(judge, "/admin/moderation")
    assert "should try thinking" in text(judge, "/admin/moderation?tab=decided")
    send(judge, f"/moderation/cases/{case.id}/undoing")
    assert not fresh(town.post).deleted


def test_filters_and_pages_of_the_queue_hold_what_they_say(town: Town, count_queries):
    judge = sign_in(town.app, town.ada)
    for number in range(35):
        post = write(town.bogdan, town.channel, f"rude number {number:02}")
        report(town.elif_ if number % 2 else town.kofi, "post", post.id, "hate")
    town.reported()
    with count_queries() as few:
        first = text(judge, "/admin/moderation?reason=insult")
    with count_queries() as many:
        page = text(judge, "/admin/moderation?reason=hate")
    assert len(many) == len(few)
    assert "rude number" not in first
    assert "rude number 00" in page and "rude number 34" not in page  # noqa: PT018
    more = re.search(r'href="([^"]*cursor=[^"]*)"', page)
    assert more is not None
    assert "rude number 34" in text(judge, more[1].replace("&amp;", "&"))
    for nobody in ("me", str(town.mira.id), "x"):
        found = "rude number 00" in text(judge, f"/admin/moderation?assigned={nobody}")
        assert found == (nobody == "x")
    assert "Nothing fits" in text(judge, "/admin/moderation?age=overdue")
    assert "rude number 01" in text(judge, "/admin/moderation?channel=%23" + town.channel.slug)
    ids = [each.id for each in db.session.query(Case).filter_by(reason="hate").limit(3)]
    send(judge, "/moderation/decisions", case=ids, act="dismiss", rule="hate")
    assert db.session.query(Decision).count() == 3


def test_whoever_leads_a_channel_has_its_queue_and_nobody_elses(town: Town):
    case = town.reported()
    leader, member = sign_in(town.app, town.owen), sign_in(town.app, town.kofi)
    path = f"/channels/{town.channel.slug}/moderation"
    assert "should try thinking" in text(leader, path)
    text(leader, "/admin/moderation", 403)
    text(member, path, 403)
    text(member, f"/moderation/cases/{case.id}", 404)
    profile = report(town.elif_, "person", town.bogdan.id, "hate")[0].case_id
    text(leader, f"/moderation/cases/{profile}", 404)
    set_member_role(town.owen, town.channel, town.bogdan, "moderator")
    author = sign_in(town.app, town.bogdan)
    assert "should try thinking" not in text(author, path)
    text(author, f"/moderation/cases/{case.id}", 404)


def test_whoever_is_suspended_is_out_at_once_hears_until_when_and_appeals_by_mail(town: Town):
    browser = sign_in(town.app, town.bogdan)
    assert browser.get("/").status_code == 200
    decision = town.decided(sanction="suspend", until=in_days(3))
    assert browser.get("/").headers["Location"].startswith("/login")
    town.work()
    mail = next(one.get_content() for one in mails(town.app) if town.bogdan.email in str(one["To"]))
    link = re.search(r"/appeals/\S+", mail)
    assert link is not None
    stranger = town.app.test_client()
    page = text(stranger, link[0])
    assert "argue about matters" in page
    assert town.elif_.name not in page
    assert "Say why" in send(stranger, link[0], 422, text=" ")
    assert "Somebody else than who decided looks at it" in send(
        stranger, link[0], 200, text="I quoted."
    )
    send(stranger, link[0], 409, text="Again.")
    somebody_elses = links.address(decision.id, town.kofi.id).rpartition("/")[2]
    text(stranger, f"/appeals/{somebody_elses}", 404)
    own = sign_in(town.app, town.ada)
    assert "judged by somebody else" in text(own, f"/moderation/cases/{decision.case_id}")
    other = sign_in(town.app, town.mira)
    send(other, f"/moderation/cases/{decision.case_id}/judgement", outcome="overturned")
    assert "You were right" in text(stranger, link[0])
    assert sign_in(town.app, fresh(town.bogdan)).get("/").status_code == 200
    assert db.session.query(Appeal).one().judge_id == town.mira.id


def test_where_only_one_may_judge_the_page_says_who_is_missing(town: Town):
    decision = town.decided()
    send(
        sign_in(town.app, town.bogdan),
        f"/moderation/mine/{decision.case_id}/appeal",
        text="I see it otherwise.",
    )
    set_role(None, town.mira, "employee")
    page = text(sign_in(town.app, town.ada), f"/moderation/cases/{decision.case_id}")
    assert "nobody else may judge" in page


def test_the_counts_of_a_year_name_nobody_and_hold_small_numbers_back(town: Town):
    people = [make_person() for _ in range(6)]
    for person in people:
        report(person, "post", write(town.bogdan, town.channel).id, "hate")
    report(people[0], "post", town.post.id, "insult")
    year = transparency.year_of(transparency.years()[0])
    assert (year.cases, year.by_reason["insult"]) == (7, None)
    # Alone it could be reckoned from the total.
    assert year.by_reason["hate"] is None
    page = text(sign_in(town.app, town.kofi), "/moderation/transparency")
    assert town.bogdan.name not in page
    assert "Insult or harassment" in page


def test_admins_set_the_rules_and_reports_know_them_at_once(town: Town):
    admin = sign_in(town.app, town.ada)
    path = "/admin/moderation/settings"
    rows = {"key": ["insult", ""], "label": ["Rudeness", "Sales talk"], "rule": ["Be kind.", "No."]}
    numbers = {"hide_after": "1", "target_hours": "4", "appeal_days": "7"}
    assert "A number from" in send(admin, path, 422, **{**rows, **numbers, "hide_after": "many"})
    send(admin, path, **rows, **numbers)
    reader = sign_in(town.app, town.elif_)
    assert "Sales talk" in text(reader, f"/report/post/{town.post.id}")
    send(reader, f"/report/post/{town.post.id}", reason="sales-talk")
    assert fresh(town.post).hidden
    assert db.session.query(Report).one().reason == "sales-talk"
