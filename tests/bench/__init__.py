"""Measurements of the default set-up beside a bare application on the same stack."""
