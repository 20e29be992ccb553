import { createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { getRPCMetadata, isTracingSuppressed, RPCType, suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import { ServerRequest } from './server-request.ts';

const KEY = createContextKey('a key of the caller');
const span = trace.wrapSpanContext({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
});
const other = trace.wrapSpanContext({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: '00f067aa0ba902b7',
  traceFlags: 1,
});
const baggage = propagation.createBaggage({ user: { value: 'u1' } });
const caller = propagation.setBaggage(ROOT_CONTEXT.setValue(KEY, 'value'), baggage);

describe('ServerRequest as a context', () => {
  it('holds the span, the RPC metadata and what the caller had', () => {
    const context = new ServerRequest(caller, span, 'GET');
    expect(trace.getSpan(context)).toBe(span);
    expect(getRPCMetadata(context)).toMatchObject({ type: RPCType.HTTP, span });
    expect(propagation.getBaggage(context)).toBe(baggage);
    expect(context.getValue(KEY)).toBe('value');
    expect(context.getValue(createContextKey('another'))).toBeUndefined();
  });

  it('passes all of it on to contexts made from it, and the route comes back', () => {
    const context = new ServerRequest(caller, span, 'GET');
    const child = trace.setSpan(suppressTracing(context), other);
    expect(trace.getSpan(child)).toBe(other);
    expect(isTracingSuppressed(child)).toBe(true);
    expect(propagation.getBaggage(child)).toBe(baggage);
    getRPCMetadata(child)!.route = '/users/:id';
    expect(context.route).toBe('/users/:id');

    const without = context.deleteValue(KEY);
    expect(without.getValue(KEY)).toBeUndefined();
    expect(trace.getSpan(without)).toBe(span);
    expect(trace.getSpan(trace.deleteSpan(context))).toBeUndefined();

    expect(trace.getSpan(context)).toBe(span);
    expect(isTracingSuppressed(context)).toBe(false);
    expect(context.getValue(KEY)).toBe('value');
  });
});
