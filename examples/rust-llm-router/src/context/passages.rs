//! What the collection is seeded with: short texts about tracing, so that a question finds something.

pub const PASSAGES: [(&str, &str); 12] = [
    ("Trace", "A trace is all spans of one request through every service, tied together by one trace id."),
    (
        "Span",
        "A span is one operation of a trace, with a name, a start, an end, attributes, a status and a parent span.",
    ),
    (
        "Trace context",
        "The traceparent header carries the trace id, the parent span id and the sampled flag from service to service.",
    ),
    (
        "Head sampling",
        "Head sampling decides at the first span whether a trace is kept, before anything is known about its end.",
    ),
    (
        "Tail sampling",
        "Tail sampling in the collector decides when a trace is complete, so that errors and slow traces are kept.",
    ),
    (
        "Threshold sampler",
        "A threshold sampler compares 56 random bits of the trace id with a threshold and writes it to tracestate as ot=th.",
    ),
    (
        "Collector",
        "The OpenTelemetry Collector receives spans by OTLP, cleans and samples them and exports them to trace stores.",
    ),
    (
        "Span metrics",
        "Span metrics count requests, errors and durations from all spans before sampling, for dashboards and alerts.",
    ),
    (
        "Vector database",
        "A vector database such as Qdrant stores embeddings and finds the nearest points of a collection for a query vector.",
    ),
    (
        "Semantic conventions",
        "Semantic conventions name the attributes of HTTP, database and generative AI spans, so that tools can read them.",
    ),
    (
        "Redaction",
        "Passwords, tokens and API keys are masked before spans leave the process, by key and by what a value looks like.",
    ),
    (
        "Graceful shutdown",
        "At SIGTERM a service stops accepting, answers what is under way and flushes its queued spans before it exits.",
    ),
];
