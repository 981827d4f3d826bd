"""Corrections: what was wrong about a person, a record or a tie, who said so, and what follows from it.

`register` keeps them, `requests` checks what comes in, `resolving` says whom each concerns in given identities,
`linked` applies them after linking, `holding` keeps people out of networks, `standing` acts on published snapshots,
`touched` lists what a correction concerns.
"""
