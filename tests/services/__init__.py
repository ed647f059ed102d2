"""The real services that tests run against: each is started by the tests and stopped after them."""
