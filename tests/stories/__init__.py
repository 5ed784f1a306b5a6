"""Whole stories, told by phones, through the real doors: gunicorn, an RQ worker, PostgreSQL, Valkey, the simulator.

A story fails when anybody hears something the story does not say they hear.
"""
