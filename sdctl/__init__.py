"""sdctl: a system-design reference architecture on one machine, broken and measured."""

__version__ = "0.1.0"
