"""Catalyst reads the text in pictures, and keeps it."""

__version__ = "1.0.0"
