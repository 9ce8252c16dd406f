"""Rows: immutable files of typed rows, and the engine that reads and writes them.

The database of the estate says which files make up a dataset; here nothing is known of datasets,
users and rights. Everything here runs beside the requests, in threads of its own.
"""
