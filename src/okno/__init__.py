"""okno: one window for every conversation between a company and its customers."""

__version__ = "0.1.0"
