"""WHAT SHOWS THAT IT WORKS.

One contract class for every roller, properties around a healthy moving world, whole sessions on
simulated time, the panel, a real browser, and the rules of the house itself.

Import rule: tests may import everything; nothing imports tests. They never sleep: time is an
argument, and what runs in another process is waited for by its condition.
"""
