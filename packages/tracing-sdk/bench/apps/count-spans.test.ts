import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { countSpans } from './count-spans.ts';

function encoded(scopes: Readonly<Record<string, number>>): Uint8Array {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'counted' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  for (const [scope, spans] of Object.entries(scopes)) {
    const tracer = provider.getTracer(scope, '1.0.0');
    for (let at = 0; at < spans; at++) {
      const span = tracer.startSpan(`span ${at}`, {
        attributes: { at, text: 'x'.repeat(at % 300), half: 0.5 },
      });
      span.addEvent('something', { at });
      span.setStatus({ code: 2, message: 'no' });
      span.end();
    }
  }
  return ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())!;
}

describe('countSpans', () => {
  it.each<{ scopes: Record<string, number>; spans: number }>([
    { scopes: { a: 1 }, spans: 1 },
    { scopes: { a: 512 }, spans: 512 },
    { scopes: { a: 3, b: 4, c: 300 }, spans: 307 },
  ])('counts $spans spans of $scopes', ({ scopes, spans }) => {
    expect(countSpans(encoded(scopes))).toBe(spans);
  });

  it('counts none in an empty request', () => {
    expect(countSpans(new Uint8Array())).toBe(0);
  });

  it('throws on a request that is cut off', () => {
    const whole = encoded({ a: 5 });
    expect(() => countSpans(whole.subarray(0, whole.length - 1))).toThrow(/past the end/);
  });

  it('throws on what is no protobuf', () => {
    expect(() => countSpans(Buffer.from('{"resourceSpans":[]}'))).toThrow();
  });
});
