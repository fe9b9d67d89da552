"""A Flask app: a picture, a text that streams, and a webhook.

pip install flask
flask --app flask_app run
"""

from __future__ import annotations

import os

from flask import Flask, Response, abort, request, url_for

import replicate
from replicate.exceptions import ReplicateException
from replicate.webhook import WebhookValidationError

app = Flask(__name__)
completed = {}
"""What webhooks have told: the status of each prediction by its id."""


@app.errorhandler(ReplicateException)
def say_why(error):
    return {"error": str(error)}, 502


@app.get("/picture")
def picture():
    output = replicate.run(
        "black-forest-labs/flux-schnell", input={"prompt": request.args["prompt"]}, timeout=120
    )
    return Response(output[0], content_type=output[0].content_type)


@app.get("/story")
def story():
    prompt = request.args["prompt"]

    def words():
        # When the browser goes away, the block is left, and the prediction canceled.
        with replicate.stream("meta/meta-llama-3-70b-instruct", input={"prompt": prompt}) as events:
            for event in events:
                yield str(event)

    return Response(words(), content_type="text/plain; charset=utf-8")


@app.post("/paint")
def paint():
    """Start a prediction, whose end comes as a webhook."""
    prediction = replicate.predictions.create(
        model="black-forest-labs/flux-schnell",
        input={"prompt": request.args["prompt"]},
        webhook=url_for("receive", _external=True),
        webhook_events_filter=["completed"],
    )
    return {"id": prediction.id}


@app.post("/webhook")
def receive():
    try:
        prediction = replicate.webhooks.parse(
            headers=request.headers,
            body=request.get_data(),
            secret=os.environ["REPLICATE_WEBHOOK_SECRET"],
        )
    except WebhookValidationError:
        abort(401)
    completed[prediction.id] = prediction.status
    return "", 204


@app.get("/status/<id>")
def status(id):
    return {"status": completed.get(id)}
