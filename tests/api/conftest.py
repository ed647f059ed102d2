"""A small organisation that the API's tests call into."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.channels.models import Channel
from enterprise_social.people.models import Person
from tests.api.callers import Caller, caller
from tests.making import make_channel, make_person


@dataclass
class World:
    """Ada owns a public and a private channel, Bo is in both, Cy in none; Dee is an admin."""

    app: Flask
    ada: Person
    bo: Person
    cy: Person
    dee: Person
    public: Channel
    private: Channel

    def caller(self, person: Person | None, *scopes: str) -> Caller:
        """Return a program that acts for ``person``."""
        return caller(self.app, person, scopes or ("read", "write"))


@pytest.fixture
def world(app: Flask, database: SQLAlchemy) -> World:
    """People, channels, and an application context around the test."""
    ada, bo, cy = make_person("Ada"), make_person("Bo"), make_person("Cy")
    dee = make_person("Dee", role="admin")
    public = make_channel(ada, "Harbour", bo)
    private = make_channel(ada, "Budget", bo, kind="private")
    return World(app, ada, bo, cy, dee, public, private)


@pytest.fixture
def ada(world: World) -> Caller:
    """A program of the channels' owner."""
    return world.caller(world.ada)


@pytest.fixture
def bo(world: World) -> Caller:
    """A program of a member."""
    return world.caller(world.bo)


@pytest.fixture
def cy(world: World) -> Caller:
    """A program of somebody in no channel."""
    return world.caller(world.cy)


@pytest.fixture
def dee(world: World) -> Caller:
    """A program of an admin who is in no channel."""
    return world.caller(world.dee)
