"""Logs as JSON on the standard output; traces and logs by OTLP as well, where the environment says whereto."""

import json
import logging
import os
import sys
from datetime import UTC, datetime

from opentelemetry import trace
from opentelemetry._logs import get_logger_provider, set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

# Seconds for one export, and so for the last one at the end: whoever collects may be away.
TIMEOUT = 2


class JsonFormatter(logging.Formatter):
    """One JSON object a line. `extra={"fields": {…}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            entry["trace"] = trace.format_trace_id(span.trace_id)
        entry.update(getattr(record, "fields", {}))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def start(service: str) -> None:
    """Begins with it; `stop` ends it."""
    output = logging.StreamHandler(sys.stdout)
    output.setFormatter(JsonFormatter())
    handlers: list[logging.Handler] = [output]
    resource = Resource.create({SERVICE_NAME: service})
    if os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        traces = TracerProvider(resource=resource)
        traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=TIMEOUT)))
        trace.set_tracer_provider(traces)
        HTTPXClientInstrumentor().instrument()
    if os.environ.get("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"):
        logs = LoggerProvider(resource=resource)
        logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(timeout=TIMEOUT)))
        set_logger_provider(logs)
        collected = LoggingHandler(logger_provider=logs)
        # The level and the name are fields of their own there.
        collected.setFormatter(logging.Formatter("%(message)s"))
        handlers.append(collected)
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    # Uvicorn has formatted its own; the middleware writes a line for each request.
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # That a collector is away is seen there, not in each program; and a failed export must not make lines to export.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)


def stop() -> None:
    """Sends the last spans and lines, for two seconds each at most. Uvicorn ends by the signal: nothing at exit runs."""
    for provider in (trace.get_tracer_provider(), get_logger_provider()):
        if isinstance(provider, TracerProvider | LoggerProvider):
            provider.shutdown()
