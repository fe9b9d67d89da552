"""A Django project in one file: a picture, a text that streams, and a webhook.

pip install django
python django_app.py runserver
"""

from __future__ import annotations

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

import replicate
from replicate.exceptions import ReplicateException
from replicate.webhook import WebhookValidationError

completed = {}
"""What webhooks have told: the status of each prediction by its id. A project would use a table."""


def say_why(get_response):
    def middleware(request):
        return get_response(request)

    def process_exception(request, error):
        if isinstance(error, ReplicateException):
            return JsonResponse({"error": str(error)}, status=502)
        return None

    middleware.process_exception = process_exception
    return middleware


@require_GET
def picture(request):
    output = replicate.run(
        "black-forest-labs/flux-schnell", input={"prompt": request.GET["prompt"]}, timeout=120
    )
    return StreamingHttpResponse(output[0], content_type=output[0].content_type)


@require_GET
def story(request):
    prompt = request.GET["prompt"]

    def words():
        # When the browser goes away, the block is left, and the prediction canceled.
        with replicate.stream("meta/meta-llama-3-70b-instruct", input={"prompt": prompt}) as events:
            for event in events:
                yield str(event)

    return StreamingHttpResponse(words(), content_type="text/plain; charset=utf-8")


@csrf_exempt  # as a form of the project would not need it
@require_POST
def paint(request):
    """Start a prediction, whose end comes as a webhook."""
    prediction = replicate.predictions.create(
        model="black-forest-labs/flux-schnell",
        input={"prompt": request.GET["prompt"]},
        webhook=request.build_absolute_uri(reverse(receive)),
        webhook_events_filter=["completed"],
    )
    return JsonResponse({"id": prediction.id})


@csrf_exempt  # it has a signature of its own
@require_POST
def receive(request):
    try:
        prediction = replicate.webhooks.parse(
            headers=request.headers,
            body=request.body,
            secret=os.environ["REPLICATE_WEBHOOK_SECRET"],
        )
    except WebhookValidationError:
        return HttpResponse(status=401)
    completed[prediction.id] = prediction.status
    return HttpResponse(status=204)


@require_GET
def status(request, id):
    return JsonResponse({"status": completed.get(id)})


urlpatterns = (
    path("picture", picture),
    path("story", story),
    path("paint", paint),
    path("webhook", receive),
    path("status/<id>", status),
)

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["localhost", "127.0.0.1"],
        MIDDLEWARE=[f"{__name__}.say_why"],
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ.get("SECRET_KEY", "only for this example"),
    )

application = get_wsgi_application()

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
