"""Who saw what: every command that reads results says so before it reads, and again before anything leaves it.

`readers` is what can be read and how, `log` writes access_log, `key` hashes people for it, `seen` shows what someone
saw on a day and reads it once more.
"""
