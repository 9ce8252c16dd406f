"""Failures on demand: late answers, wrong answers, old answers and answers that never come.

Rules are given by a file, by flags and by HTTP; some switches stand for rules that hold for every
request. Whatever is left to chance is drawn from a seed, so that the same requests meet the same
weather again.
"""
