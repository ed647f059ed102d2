"""What proves who somebody is besides a password: authenticator apps, passkeys, recovery codes.

``codes`` counts and compares the digits, ``ceremonies`` speaks WebAuthn, ``rules`` says of whom the
organisation asks for what; the writes are in ``accounts.actions``.
"""
