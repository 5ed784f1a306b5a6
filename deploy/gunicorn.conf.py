"""How gunicorn serves the line. `gunicorn --config deploy/gunicorn.conf.py wsgi:app`"""

import os

# A reverse proxy on the same machine speaks TLS to the world; HOST=0.0.0.0 is for containers.
bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# Processes use the cores; threads keep answering while one waits for the database or holds a live page open.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))

# The carrier gives up after 15 s and tries the fallback: an answer later than that helps nobody.
timeout = 30
graceful_timeout = 15

# Requests are counted in /metrics. A log of them would be a log of who rang when.
accesslog = None
errorlog = "-"

# One socket a machine in the user's home: two lines on one machine would quarrel over it.
control_socket_disable = True
