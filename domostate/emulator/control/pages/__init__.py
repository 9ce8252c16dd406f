"""Pages for people: what the estate holds and who sees which rows, as HTML.

They need no script and nothing from outside, and whatever a name holds is shown as text.
"""
