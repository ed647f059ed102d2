"""Sign-on: people come in by the organisation's own identity provider.

``provider`` asks it, ``tokens`` checks what it signs, ``claims`` reads what it says of a person,
``directory`` speaks LDAP; ``accounts.actions.sign_on`` writes what follows.
"""
