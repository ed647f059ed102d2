"""The carriers: each takes what is due by one way out of the house."""
