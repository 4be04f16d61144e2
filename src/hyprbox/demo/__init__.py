"""A believable fleet in a throw-away database: for trying HyprBox without servers, for pictures and for tests.

Its past is played through the stores, in the order in which it happened; its present speaks to the server over HTTP,
as agents do. The same seed makes the same fleet with the same troubles; only secrets and ids differ.
"""
