"""privacyIDEA (AGPL): the open-source authentication server that firms host to check OTPs of tokens they hand out.

It is no part of this project or of its locks: a run of `./run bench peer` downloads it into an environment of its own,
which goes when the run ends.
"""
