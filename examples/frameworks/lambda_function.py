"""An AWS Lambda function behind a function URL: it paints what its query asks for.

The token is in the function's environment, as `REPLICATE_API_TOKEN`. Lambda kills a function whose
time is over without a word; so the run ends two seconds earlier, and is canceled.
"""

from __future__ import annotations

import base64
import json

import replicate
from replicate.exceptions import DeadlineExceededError, ReplicateException

# What is outside of the handler is kept for later calls: the default client and its connections.
SPARE = 2


def handler(event, context):
    prompt = (event.get("queryStringParameters") or {}).get("prompt")
    if not prompt:
        return answer(400, {"error": "say what to paint: ?prompt=..."})
    try:
        output = replicate.run(
            "black-forest-labs/flux-schnell",
            input={"prompt": prompt},
            timeout=context.get_remaining_time_in_millis() / 1000 - SPARE,
        )
        content = output[0].read()
    except DeadlineExceededError as error:
        return answer(504, {"error": str(error)})
    except ReplicateException as error:
        return answer(502, {"error": str(error)})
    return {
        "statusCode": 200,
        "headers": {"content-type": output[0].content_type},
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }


def answer(status, body):
    headers = {"content-type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}
