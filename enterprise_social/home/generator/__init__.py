"""A large organisation out of a seed: people, channels and years of posts, written in bulk.

It is for measuring, for load tests and for planning capacity. The same seed, sizes and day give
the same organisation. Everything is as the application itself would have written it: numbers of
changes without gaps, counts, what a text becomes, the directory's and the search's index. It is
one transaction: all of it is there, or nothing.

`sizes` says what is wanted, `names`, `people`, `places` and `calendar` make who and where, `texts`
and `vocabulary` what is said, `timeline` who speaks when, `slices` the rows of a stretch of time
(in several processes), `writing` brings rows into either database, and `founding` does all of it.
"""
