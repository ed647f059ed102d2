"""Reads lists of people: what a CSV file says, independent of who is here already."""
