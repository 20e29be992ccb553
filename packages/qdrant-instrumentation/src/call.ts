/** One call of the app: its span, its measurements. */
import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { contextOfCall } from './call-context.ts';
import { describeFailure } from './errors.ts';
import type { Request } from './operations.ts';
import { type Answer, responseAttributes } from './response-attributes.ts';
import { takeRetryAfter } from './retry-after.ts';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_BATCH_SIZE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_RETURNED_ROWS,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_REQUEST_DURATION,
  ATTR_REQUESTS,
  ATTR_RETRY_AFTER,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_DURATION,
  ATTR_SERVER_PORT,
  ATTR_UPDATE_STATUS,
  DB_SYSTEM_NAME_VALUE_QDRANT,
  EVENT_REQUEST,
} from './semconv.ts';
import type { Server } from './server.ts';
import type { Telemetry } from './telemetry.ts';

/** What is known of an operation when it starts. */
export interface Operation {
  /** `db.operation.name`, with `BATCH ` before it where the conventions say so. */
  readonly name: string;
  readonly batchSize: number | undefined;
  readonly collection: string | undefined;
  readonly queryText: string | undefined;
}

export class Call {
  readonly span: Span;
  /** Active with our span in it: for headers, exemplars, and spans below ours. */
  readonly context: Context;
  /** Active while the client sends the request. */
  readonly requestContext: Context;
  /**
   * Attributes that no sampler asks for, set when the call ends. Undefined when the span is not recorded: nothing then
   * has to be found out.
   */
  readonly details: Attributes | undefined;
  readonly #telemetry: Telemetry;
  readonly #operation: Operation;
  readonly #server: Server | undefined;
  /** Milliseconds of `performance.now()`. */
  readonly #startedAt: number;
  #ended = false;
  #requests = 0;
  /** Of several requests. */
  #serverSeconds = 0;
  #requestStartedAt: number;

  constructor(telemetry: Telemetry, operation: Operation, server: Server | undefined) {
    this.#telemetry = telemetry;
    this.#operation = operation;
    this.#server = server;
    const { settings } = telemetry;
    const { name, collection, batchSize, queryText } = operation;
    const attributes: Attributes = {
      [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_QDRANT,
      [ATTR_DB_OPERATION_NAME]: name,
    };
    if (collection !== undefined && settings.collectionName !== 'nowhere')
      attributes[ATTR_DB_COLLECTION_NAME] = collection;
    if (batchSize !== undefined) attributes[ATTR_DB_OPERATION_BATCH_SIZE] = batchSize;
    if (queryText !== undefined) attributes[ATTR_DB_QUERY_TEXT] = queryText;
    let target: string | undefined;
    if (server !== undefined) {
      attributes[ATTR_SERVER_ADDRESS] = server.address;
      if (server.port !== undefined) attributes[ATTR_SERVER_PORT] = server.port;
      target = server.label;
    }
    if (collection !== undefined) target = settings.collectionName === 'everywhere' ? collection : undefined;
    const active = context.active();
    // Beside the span's own start: the histogram's duration is to be the span's.
    this.#startedAt = performance.now();
    this.#requestStartedAt = this.#startedAt;
    this.span =
      settings.requireParentSpan && !hasParent(active)
        ? // As undici's instrumentation does it: nothing is recorded, the context goes on.
          trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
        : telemetry.tracer.startSpan(
            target === undefined ? name : `${name} ${target}`,
            { kind: SpanKind.CLIENT, attributes },
            active,
          );
    this.details = this.span.isRecording() ? {} : undefined;
    this.context = contextOfCall(active, this.span, false);
    this.requestContext =
      settings.httpSpans === 'suppress' ? contextOfCall(active, this.span, true) : this.context;
  }

  /** Another of several requests begins. */
  requestStarts(): void {
    this.#requestStartedAt = performance.now();
  }

  /** One of several requests is answered. */
  requestEnds(name: string, answer: Answer | undefined): void {
    this.#requests++;
    const serverSeconds = typeof answer?.time === 'number' ? answer.time : undefined;
    this.#serverSeconds += serverSeconds ?? 0;
    if (this.details === undefined) return;
    const attributes: Attributes = {
      [ATTR_DB_OPERATION_NAME]: name,
      [ATTR_REQUEST_DURATION]: (performance.now() - this.#requestStartedAt) / 1000,
    };
    if (serverSeconds !== undefined) attributes[ATTR_SERVER_DURATION] = serverSeconds;
    this.span.addEvent(EVENT_REQUEST, attributes);
  }

  /** @param answer with what stands beside the result; undefined when only the result is known. */
  succeed(request: Request, result: unknown, answer: Answer | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const { details } = this;
    const { measurements } = this.#telemetry;
    const measuring = measurements.active;
    if (details !== undefined || measuring) {
      const attributes = details ?? {};
      responseAttributes(request.result, result, answer, attributes);
      if (details !== undefined) {
        this.#addRequests(details);
        this.span.setAttributes(details);
      }
      const seconds = this.#end();
      if (measuring) {
        const labels = this.#labels();
        if (attributes[ATTR_UPDATE_STATUS] === 'wait_timeout') labels[ATTR_UPDATE_STATUS] = 'wait_timeout';
        const rows = attributes[ATTR_DB_RESPONSE_RETURNED_ROWS] as number | undefined;
        measurements.record(seconds, rows, labels, this.context);
      }
    } else this.#end();
  }

  /** @param sent the body, whose values are taken out of the server's reason. */
  fail(error: unknown, sent: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const { details } = this;
    const { measurements } = this.#telemetry;
    const measuring = measurements.active;
    if (details !== undefined || measuring) {
      const failure = describeFailure(error, sent, this.#seconds());
      // Looked up in any case, so that nothing is kept.
      const wait = failure.rateLimited
        ? takeRetryAfter(this.span.spanContext(), this.#telemetry.settings)
        : undefined;
      const attributes: Attributes = { [ATTR_ERROR_TYPE]: failure.type };
      if (failure.statusCode !== undefined) attributes[ATTR_DB_RESPONSE_STATUS_CODE] = failure.statusCode;
      if (details !== undefined) {
        if (wait !== undefined) details[ATTR_RETRY_AFTER] = wait;
        this.#addRequests(details);
        this.span.setAttributes(Object.assign(details, attributes));
        const message = this.#withoutHiddenName(failure.description);
        this.span.setStatus(
          message === undefined ? { code: SpanStatusCode.ERROR } : { code: SpanStatusCode.ERROR, message },
        );
      }
      const seconds = this.#end();
      if (measuring)
        measurements.record(seconds, undefined, Object.assign(this.#labels(), attributes), this.context);
    } else this.#end();
  }

  /** Ends the span. @returns its duration in seconds. */
  #end(): number {
    const seconds = this.#seconds();
    this.span.end();
    return seconds;
  }

  /** Of a method that has made several requests. */
  #addRequests(details: Attributes): void {
    if (this.#requests < 2) return;
    details[ATTR_REQUESTS] = this.#requests;
    details[ATTR_SERVER_DURATION] = this.#serverSeconds;
  }

  /** The server's reason names the collection: "Collection `docs` doesn't exist!". */
  #withoutHiddenName(description: string | undefined): string | undefined {
    const { collection } = this.#operation;
    return collection !== undefined && this.#telemetry.settings.collectionName === 'nowhere'
      ? description?.replaceAll(collection, '?')
      : description;
  }

  #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  #labels(): Attributes {
    const labels: Attributes = {
      [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_QDRANT,
      [ATTR_DB_OPERATION_NAME]: this.#operation.name,
    };
    const { collection } = this.#operation;
    if (collection !== undefined && this.#telemetry.settings.collectionName === 'everywhere')
      labels[ATTR_DB_COLLECTION_NAME] = collection;
    if (this.#server !== undefined) {
      labels[ATTR_SERVER_ADDRESS] = this.#server.address;
      if (this.#server.port !== undefined) labels[ATTR_SERVER_PORT] = this.#server.port;
    }
    return labels;
  }
}

function hasParent(active: Context): boolean {
  const parent = trace.getSpan(active);
  return parent !== undefined && isSpanContextValid(parent.spanContext());
}

const INVALID_SPAN_CONTEXT = Object.freeze({
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  traceFlags: 0,
});
