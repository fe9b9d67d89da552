"""A FastAPI app: a picture, a text that streams, and a webhook.

pip install fastapi uvicorn
uvicorn fastapi_app:app
"""

from __future__ import annotations

import os

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse

import replicate
from replicate.exceptions import ReplicateException
from replicate.webhook import WebhookValidationError

app = FastAPI()
completed = {}
"""What webhooks have told: the status of each prediction by its id."""


@app.exception_handler(ReplicateException)
async def say_why(request: Request, error: ReplicateException):
    return JSONResponse({"error": str(error)}, status_code=502)


@app.get("/picture")
async def picture(prompt: str):
    output = await replicate.async_run(
        "black-forest-labs/flux-schnell", input={"prompt": prompt}, timeout=120
    )
    return StreamingResponse(output[0], media_type=output[0].content_type)


@app.get("/story")
async def story(prompt: str):
    async def words():
        # When the browser goes away, the block is left, and the prediction canceled.
        async with replicate.async_stream(
            "meta/meta-llama-3-70b-instruct", input={"prompt": prompt}
        ) as events:
            async for event in events:
                yield str(event)

    return StreamingResponse(words(), media_type="text/plain")


@app.post("/paint")
async def paint(prompt: str, request: Request):
    """Start a prediction, whose end comes as a webhook."""
    prediction = await replicate.predictions.async_create(
        model="black-forest-labs/flux-schnell",
        input={"prompt": prompt},
        webhook=str(request.url_for("receive")),
        webhook_events_filter=["completed"],
    )
    return {"id": prediction.id}


@app.post("/webhook")
async def receive(request: Request):
    try:
        prediction = replicate.webhooks.parse(
            headers=request.headers,
            body=await request.body(),
            secret=os.environ["REPLICATE_WEBHOOK_SECRET"],
        )
    except WebhookValidationError:
        raise HTTPException(401) from None
    completed[prediction.id] = prediction.status


@app.get("/status/{id}")
async def status(id: str):
    return {"status": completed.get(id)}
