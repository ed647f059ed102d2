"""Commands about people's accounts: ``enterprise-social user …``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import with_appcontext

from enterprise_social.accounts import actions, passwords
from enterprise_social.accounts.factors import rules
from enterprise_social.core.errors import Invalid, NotFound
from enterprise_social.people import actions as people_actions
from enterprise_social.people import queries as people_queries
from enterprise_social.people.models import ROLES, Person

who = click.argument("person", metavar="EMAIL|USERNAME|ID")


@click.group("user")
def user_group() -> None:
    """Create people and look after their accounts."""


@user_group.command()
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--username", help="Made from the name where it is left out.")
@click.option("--role", type=click.Choice(ROLES), default="employee", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@with_appcontext
def create(email: str, name: str, username: str | None, role: str, password_stdin: bool) -> None:
    """Create somebody and print the id."""
    with _explained():
        password = _read_password((name, email)) if password_stdin else None
        person = people_actions.create_person(
            None, email=email, name=name, username=username, role=role
        )
        if password is not None:
            actions.set_password(None, person, password)
    click.echo(person.id)


@user_group.command("set-role")
@who
@click.argument("role", type=click.Choice(ROLES))
@with_appcontext
def set_role(person: str, role: str) -> None:
    """Give somebody another role and print the id."""
    with _explained():
        click.echo(people_actions.set_role(None, _find(person), role).id)


@user_group.command()
@who
@with_appcontext
def deactivate(person: str) -> None:
    """Close somebody's account and print the id; what they wrote stays."""
    with _explained():
        click.echo(people_actions.deactivate_person(None, _find(person)).id)


@user_group.command("reset-password")
@who
@click.option("--password-stdin", is_flag=True, help="Read the new password from standard input.")
@with_appcontext
def reset_password(person: str, password_stdin: bool) -> None:
    """Set a new password, or write a link for it to standard error; print the id."""
    with _explained():
        found = _find(person)
        if password_stdin:
            password = _read_password((found.name, found.email))
            actions.set_password(None, found, password)
        else:
            link = actions.create_password_reset(found)
            click.echo(f"Within the hour, once: {link}", err=True)
        click.echo(found.id)


@user_group.command("reset-second-factor")
@who
@with_appcontext
def reset_second_factor(person: str) -> None:
    """Take somebody's second factors away who lost them all; print the id.

    They are signed out and told by mail, and sign in with their password next.
    """
    with _explained():
        found = _find(person)
        actions.reset_factors(None, found)
        click.echo(found.id)


@user_group.command("sign-out")
@who
@click.option("--keep-tokens", is_flag=True, help="Leave access tokens as they are.")
@with_appcontext
def sign_out(person: str, keep_tokens: bool) -> None:
    """End somebody's sessions and access tokens, and print the id."""
    with _explained():
        found = _find(person)
        actions.sign_out_everywhere(None, found, tokens=not keep_tokens)
        click.echo(found.id)


@user_group.command("switch-passwords-on")
@with_appcontext
def switch_passwords_on() -> None:
    """Let everybody sign in with a password again, where nobody can come in otherwise."""
    actions.change_rules(None, {rules.PASSWORD_SIGN_IN: True})


def _find(text: str) -> Person:
    person = people_queries.by_email(text) or people_queries.by_username(text)
    if person is None and text.isascii() and text.isdigit() and len(text) < 19:
        person = people_queries.by_ids([int(text)]).get(int(text))
    if person is None:
        raise NotFound(f"there is nobody with the e-mail address, username or id '{text}'")
    return person


def _read_password(personal: tuple[str, str]) -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    passwords.check_new_password(password, personal)
    return password


@contextmanager
def _explained() -> Iterator[None]:
    """Name the field of every mistake, since a command line shows no form."""
    try:
        yield
    except Invalid as error:
        problems = [f"{field}: {' '.join(texts)}" for field, texts in error.errors.items()]
        raise Invalid("; ".join(problems) or error.detail) from error
