"""The clock's door: RQ jobs, each of which opens the line and calls one function, and the schedule.

Redis carries ids, never facts: a job is "look at the outbox". Losing every job delays what is due by one tick.
"""
