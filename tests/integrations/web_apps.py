"""Web applications as the official README writes them, each in a process of its own.

`python -m tests.integrations.web_apps NAME` serves one on a free port, which it prints.
"""

from __future__ import annotations

import sys
import wsgiref.simple_server
from socketserver import ThreadingMixIn

import replicate


def django():
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse, StreamingHttpResponse
    from django.urls import path
    from django.views.decorators.http import condition

    @condition(etag_func=None)
    def stream_response(request):
        output = replicate.run(
            "acmecorp/acme-model", input={"prompt": request.GET["prompt"]}, use_file_output=True
        )
        return StreamingHttpResponse(output, content_type="image/webp")

    @condition(etag_func=None)
    def whole_response(request):
        output = replicate.run(
            "acmecorp/acme-model", input={"prompt": request.GET["prompt"]}, use_file_output=True
        )
        return HttpResponse(output, content_type="image/webp")

    routes = (path("", stream_response), path("whole", whole_response))
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=routes, SECRET_KEY="-")
    serve_wsgi(get_wsgi_application())


def flask():
    from flask import Flask, request, stream_with_context

    app = Flask(__name__)

    @app.route("/")
    def streamed_response():
        output = replicate.run(
            "acmecorp/acme-model", input={"prompt": request.args["prompt"]}, use_file_output=True
        )
        return app.response_class(stream_with_context(output))

    serve_wsgi(app)


def fastapi():
    import uvicorn
    from fastapi import FastAPI
    from fastapi.responses import StreamingResponse

    app = FastAPI()

    @app.get("/")
    async def main(prompt: str):
        output = replicate.run(
            "acmecorp/acme-model", input={"prompt": prompt}, use_file_output=True
        )
        return StreamingResponse(output)

    config = uvicorn.Config(app, port=0, log_level="warning")
    config.load()
    listener = config.bind_socket()
    listener.listen()  # or who is faster than uvicorn is refused
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run([listener])


class Server(ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve_wsgi(app):
    server = wsgiref.simple_server.make_server("127.0.0.1", 0, app, Server, Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    {"django": django, "fastapi": fastapi, "flask": flask}[sys.argv[1]]()
