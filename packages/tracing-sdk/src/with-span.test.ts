import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { traceContext } from './trace-context.ts';
import { withSpan } from './with-span.ts';

const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);
beforeEach(() => exporter.reset());
afterAll(() => {
  trace.disable();
  context.disable();
});

/** Finished spans: name, attributes, status, recorded exceptions. */
const spans = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    attributes: span.attributes,
    status: span.status.code,
    exceptions: span.events.map((event) => event.attributes?.['exception.message']),
  }));

class QuotaError extends Error {
  override name = 'QuotaError';
}

describe('withSpan', () => {
  test('returns what fn returns, and the span is current inside', () => {
    const result = withSpan('work', { a: 1 }, (span) => {
      expect(trace.getActiveSpan()).toBe(span);
      return 42;
    });
    expect(result).toBe(42);
    expect(spans()).toEqual([
      { name: 'work', attributes: { a: 1 }, status: SpanStatusCode.UNSET, exceptions: [] },
    ]);
  });

  test('attributes may be left out', () => {
    expect(withSpan('work', () => 'x')).toBe('x');
    expect(spans()).toHaveLength(1);
  });

  test('the span of an async fn ends when its promise settles', async () => {
    const done = withSpan('work', async () => {
      await Promise.resolve();
      expect(spans()).toEqual([]);
      return 'late';
    });
    expect(await done).toBe('late');
    expect(spans()).toHaveLength(1);
  });

  const failures = [
    { what: 'an error', thrown: new QuotaError('too much'), message: 'too much', type: 'QuotaError' },
    {
      what: 'an error with a code',
      thrown: Object.assign(new Error('no'), { code: 'ECONNRESET' }),
      message: 'no',
      type: 'ECONNRESET',
    },
    { what: 'a text', thrown: 'just words', message: 'just words', type: undefined },
    { what: 'undefined', thrown: undefined, message: 'undefined', type: undefined },
  ];
  test.each(failures)(
    '$what, thrown: recorded once and thrown on, the same object',
    async ({ thrown, message, type }) => {
      const fail = () => {
        throw thrown;
      };
      for (const run of [() => withSpan('sync', fail), () => withSpan('async', async () => fail())]) {
        exporter.reset();
        let caught: unknown = 'nothing';
        try {
          await run();
        } catch (error) {
          caught = error;
        }
        expect(caught).toBe(thrown);
        expect(spans()).toMatchObject([
          {
            status: SpanStatusCode.ERROR,
            exceptions: [message],
            attributes: type === undefined ? {} : { 'error.type': type },
          },
        ]);
      }
    },
  );

  test('an error that passes through nested spans is recorded by the innermost, and marks them all', () => {
    const error = new Error('deep');
    expect(() =>
      withSpan('outer', () =>
        withSpan('inner', () => {
          throw error;
        }),
      ),
    ).toThrow(error);
    expect(spans()).toMatchObject([
      { name: 'inner', status: SpanStatusCode.ERROR, exceptions: ['deep'] },
      { name: 'outer', status: SpanStatusCode.ERROR, exceptions: [] },
    ]);
  });

  test('an error object that is thrown in many traces is recorded in each', () => {
    const error = new Error('shared');
    for (let i = 0; i < 2; i++) {
      expect(() =>
        withSpan('work', () => {
          throw error;
        }),
      ).toThrow(error);
    }
    expect(spans().map(({ exceptions }) => exceptions)).toEqual([['shared'], ['shared']]);
  });

  test('what cannot be turned into text is thrown on all the same, and the span ends', () => {
    const odd = Object.create(null);
    let caught: unknown;
    try {
      withSpan('work', () => {
        throw odd;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(odd);
    expect(spans()).toMatchObject([{ name: 'work', status: SpanStatusCode.ERROR }]);
  });

  test('a missing function is said', () => {
    expect(() => withSpan('work', { a: 1 }, undefined as never)).toThrow(
      "withSpan('work', …): the last argument must be a function, got undefined",
    );
  });
});

describe('traceContext', () => {
  test('outside of a span: nothing', () => {
    expect(traceContext()).toEqual({});
  });

  test('inside: the ids of the current span', () => {
    withSpan('work', (span) => {
      const { traceId, spanId } = span.spanContext();
      expect(traceContext()).toEqual({ trace_id: traceId, span_id: spanId, trace_flags: '01' });
    });
  });

  test('as a pino mixin: every record of a request carries its trace', () => {
    const lines: string[] = [];
    const logger = { info: (msg: string) => lines.push(JSON.stringify({ ...traceContext(), msg })) };
    withSpan('work', (span) => {
      logger.info('charged');
      expect(JSON.parse(lines[0] as string)).toEqual({
        trace_id: span.spanContext().traceId,
        span_id: span.spanContext().spanId,
        trace_flags: '01',
        msg: 'charged',
      });
    });
  });
});
