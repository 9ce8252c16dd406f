"""A Domo instance for one machine: both planes over real HTTP, kept in a real database.

It behaves as Domo's documents say and names the evidence beside the code: `seed 00n` is an
official page that the project started from, `product §n` and `platform §n` are sections of our two
compiled references, with their labels (nb = captured from a live instance, wip-spec = a generated
specification that was never published, guess = nobody knows). Where nobody knows, a switch decides
(see `switches`).

The package is an island: it imports nothing from the rest of domostate, so that the client and its
counterpart cannot share a mistake.
"""
