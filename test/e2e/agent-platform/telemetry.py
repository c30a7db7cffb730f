"""Runs in a container of the platform: what the program sends, read back as whoever collects it would."""
import asyncio
import gzip
import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = {"/v1/traces": ExportTraceServiceRequest, "/v1/logs": ExportLogsServiceRequest}
taken = {path: [] for path in REQUESTS}


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        taken[self.path].append(REQUESTS[self.path].FromString(body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 4318), Collector)
Thread(target=server.serve_forever, daemon=True).start()
for signal in ("TRACES", "LOGS"):
    os.environ[f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] = f"http://127.0.0.1:4318/v1/{signal.lower()}"

import httpx  # noqa: E402, after the settings above

from agents import agent, telemetry  # noqa: E402


async def ask() -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(agent.app), base_url="http://agent") as client:
        (await client.post("/answers", json={"text": "What is 6 * 7?"})).raise_for_status()


asyncio.run(ask())
telemetry.stop()
resources = [resource for request in taken["/v1/traces"] for resource in request.resource_spans]
spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
logs = [resource for request in taken["/v1/logs"] for resource in request.resource_logs]
lines = [line for resource in logs for scope in resource.scope_logs for line in scope.log_records]
[span] = [span for span in spans if span.name == "POST /answers"]
[line] = [line for line in lines if line.body.string_value == "request"]
attributes = [attribute for resource in resources for attribute in resource.resource.attributes]
services = {attribute.value.string_value for attribute in attributes if attribute.key == "service.name"}
print(json.dumps({"services": sorted(services), "of one trace": line.trace_id == span.trace_id}))
