"""The schedule where time is moved by hand and somebody waits for what follows: `rq cron workers.rehearsal`."""

from rq import cron

from workers import jobs, queues

cron.register(jobs.tick, queue_name=queues.CLOCK, interval=1, ttl=5, result_ttl=0, job_timeout=60)
cron.register(jobs.count, queue_name=queues.BULK, interval=20, ttl=20, result_ttl=0, job_timeout=60)
cron.register(jobs.reconcile, queue_name=queues.CLOCK, interval=2, ttl=5, result_ttl=0, job_timeout=60)
cron.register(jobs.read_asked_feeds, queue_name=queues.BULK, interval=5, ttl=5, result_ttl=0, job_timeout=600)
