"""Tasks of Celery, which are retried, and cancel their runs when they are revoked.

pip install celery
BROKER_URL=redis://localhost celery --app celery_tasks worker

>>> task = paint.delay("a lighthouse", "pictures")
>>> task.get()
'pictures/out-0.webp'
>>> task.revoke(terminate=True, signal="SIGUSR1")
"""

from __future__ import annotations

import os

from celery import Celery

import replicate
from replicate.exceptions import APIConnectionError, InternalServerError, RateLimitError

app = Celery("pictures", broker=os.environ.get("BROKER_URL", "redis://localhost"))
app.conf.result_backend = os.environ.get("RESULT_URL", "redis://localhost")


# A create that may have started a run is not sent again by the client. If its answer is an error,
# nothing was started, and the task may try again.
@app.task(
    autoretry_for=(APIConnectionError, InternalServerError, RateLimitError),
    retry_backoff=float(os.environ.get("RETRY_BACKOFF", "5")),
    max_retries=5,
    soft_time_limit=600,
)
def paint(prompt, folder):
    # `revoke(terminate=True, signal="SIGUSR1")` and the time limit raise SoftTimeLimitExceeded
    # here, which cancels the prediction.
    output = replicate.run("black-forest-labs/flux-schnell", input={"prompt": prompt})
    return str(output[0].save(folder))


@app.task(soft_time_limit=600)
def write(prompt):
    return "".join(
        map(str, replicate.run("meta/meta-llama-3-70b-instruct", input={"prompt": prompt}))
    )
