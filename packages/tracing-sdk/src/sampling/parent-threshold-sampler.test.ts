import { INVALID_SPAN_CONTEXT, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { SamplingDecision } from '../otel-contract.ts';
import { createParentThresholdSampler } from './parent-threshold-sampler.ts';
import { ask, contextOf, stubSampler, traceIdEndingIn } from './sampler.fixture.ts';
import { createThresholdSampler } from './threshold-sampler.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const traceId = traceIdEndingIn('80000000000000');

describe('createParentThresholdSampler', () => {
  it('describes itself and its root', () => {
    expect(createParentThresholdSampler(createThresholdSampler(0.5)).toString()).toBe(
      'ParentThreshold{root=Threshold{ratio=0.5, th=8}}',
    );
  });

  it.each([
    ['no parent', ROOT_CONTEXT],
    ['an invalid parent', trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT)],
    ['a parent without a span id', contextOf({ spanId: '0'.repeat(16), remote: true })],
    ['a parent with a malformed trace id', contextOf({ traceId: 'not a trace id', remote: true })],
  ])('asks the root with %s', (_, context) => {
    const root = stubSampler(RECORD_AND_SAMPLED);
    const result = ask(createParentThresholdSampler(root), { context, traceId });
    expect(root.asked).toBe(1);
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
  });

  describe.each([undefined, false, true])('with a parent of isRemote %s', (remote) => {
    const side = remote === undefined ? {} : { remote };
    it.each([
      [true, NOT_RECORD, RECORD_AND_SAMPLED],
      [false, RECORD_AND_SAMPLED, NOT_RECORD],
    ])('follows its flag (%s) against the root', (sampled, rootDecision, decision) => {
      const root = stubSampler(rootDecision);
      const context = contextOf({ traceId, sampled, ...side });
      const result = ask(createParentThresholdSampler(root), { context, traceId });
      expect(result).toEqual({ decision });
      expect(Object.isFrozen(result)).toBe(true);
      expect(root.asked).toBe(0);
    });

    it('gives children one shared result each for kept and dropped', () => {
      const sampler = createParentThresholdSampler(createThresholdSampler(1));
      for (const sampled of [true, false]) {
        const context = contextOf({ traceId, sampled, tracestate: 'ot=th:8,rojo=1', ...side });
        const first = ask(sampler, { context, traceId });
        expect(ask(sampler, { context: contextOf({ traceId, sampled, ...side }), traceId })).toBe(first);
        // Undefined: the tracer goes on with the parent's own tracestate.
        expect(first.traceState).toBeUndefined();
      }
    });
  });

  it.each([
    // tracestate of a remote sampled parent whose trace id ends in 80000000000000; undefined: inherited untouched
    ['', undefined],
    ['rojo=1', undefined],
    ['ot=th:0', undefined],
    ['ot=th:8', undefined],
    ['ot=th:7fffffffffffff', undefined],
    ['ot=th:80000000000001', ''],
    ['ot=th:c', ''],
    ['ot=th:c,rojo=1', 'rojo=1'],
    ['rojo=1,ot=th:c;k:1', 'ot=k:1,rojo=1'],
    // rv takes the place of the trace id, both ways.
    ['ot=th:c;rv:c0000000000000', undefined],
    ['ot=th:8;rv:7fffffffffffff', 'ot=rv:7fffffffffffff'],
    ['ot=th:8;rv:9b8233f7e3a151', undefined],
    // No th is made up where the probability is unknown.
    ['ot=rv:9b8233f7e3a151', undefined],
    ['ot=k:1', undefined],
    // What is malformed goes, so that it cannot make the next reader refuse the rest.
    ['ot=th:xyz', ''],
    ['ot=th:8;rv:short', 'ot=th:8'],
    ['ot=th:8;bad,rojo=1', 'ot=th:8,rojo=1'],
  ])('remote tracestate %s becomes %s', (tracestate, after) => {
    const context = contextOf({ traceId, remote: true, tracestate });
    const result = ask(createParentThresholdSampler(createThresholdSampler(0)), { context, traceId });
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
    expect(result.traceState?.serialize()).toBe(after);
  });

  it('drops under a remote parent that is not sampled, even where its th would keep', () => {
    const context = contextOf({ traceId, remote: true, sampled: false, tracestate: 'ot=th:0' });
    const result = ask(createParentThresholdSampler(createThresholdSampler(1)), { context, traceId });
    expect(result).toEqual({ decision: NOT_RECORD });
  });
});
