"""The clock's schedule: `rq cron workers.schedule`. Several clocks may run; ticks that meet do nothing twice."""

import os

from rq import cron

from checkin.bootstrap import start_line
from workers import jobs, queues

# The clock itself asks the database nothing: it looks once whether the line can work, and lets go of it.
start_line(os.environ).store.engine.dispose()

# A tick that finds no worker expires before the next but one comes.
cron.register(jobs.tick, queue_name=queues.CLOCK, interval=5, ttl=10, result_ttl=0, job_timeout=120)
cron.register(jobs.reconcile, queue_name=queues.CLOCK, interval=15, ttl=30, result_ttl=0, job_timeout=120)
cron.register(jobs.look_ahead, queue_name=queues.CLOCK, interval=900, ttl=900, result_ttl=0, job_timeout=120)
cron.register(jobs.count, queue_name=queues.BULK, interval=900, ttl=900, result_ttl=0, job_timeout=1800)
cron.register(jobs.audit, queue_name=queues.CLOCK, interval=300, ttl=300, result_ttl=0, job_timeout=120)
cron.register(jobs.pulse, queue_name=queues.CLOCK, interval=60, ttl=60, result_ttl=0, job_timeout=60)
cron.register(jobs.file_names, queue_name=queues.BULK, interval=900, ttl=900, result_ttl=0, job_timeout=120)
cron.register(jobs.read_asked_feeds, queue_name=queues.BULK, interval=15, ttl=15, result_ttl=0, job_timeout=7200)
# In the small hours, when nobody waits; by the machine's clock.
cron.register(jobs.remove_old, queue_name=queues.BULK, cron="20 3 * * *", ttl=3600, result_ttl=0, job_timeout=3600)
# Afterwards: words that have gone need not be moved first.
cron.register(jobs.move_old, queue_name=queues.BULK, cron="20 4 * * *", ttl=3600, result_ttl=0, job_timeout=3600)
cron.register(jobs.read_feeds, queue_name=queues.BULK, cron="40 3 * * *", ttl=3600, result_ttl=0, job_timeout=7200)
