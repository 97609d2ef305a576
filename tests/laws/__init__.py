"""Laws that hold for whatever a caller passes, and for whatever a server answers.

`GRACEDB_TEST_EFFORT` multiplies how many examples Hypothesis looks at.
"""
