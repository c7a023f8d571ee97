"""A gateway of somebody's own, as small as one can be: what vdb needs of it is its health contract."""

__version__ = "0.0.1"
