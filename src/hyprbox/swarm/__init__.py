"""A fleet that is not there: heartbeats, findings, held polls and jobs of many nodes, from one process.

For trying an installation before its servers depend on it, and for measuring.
"""
