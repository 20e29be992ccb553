/** Whatever comes over the wire, or from the app: both get the same answers with us as without us. */
import {
  createServer,
  type OutgoingHttpHeaders,
  type RequestListener,
  type RequestOptions,
  request,
  type Server,
} from 'node:http';
import { connect } from 'node:net';
import { propagation, type Tracer } from '@opentelemetry/api';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPropagator } from '../settings/propagator.ts';
import type { BuiltInInstrumentation } from './built-in-instrumentation.ts';
import { createFetchInstrumentation } from './fetch.ts';
import { createHttpClientInstrumentation } from './http-client.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import { listen, startTestTracing, stop, TRACEPARENT } from './http-tracing.fixture.ts';

const tracing = startTestTracing();
propagation.disable();
propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage', 'b3', 'b3multi']));

/** Set by us on the way out. */
const OURS = /^(traceparent|tracestate|baggage|b3|x-b3-.*)$/i;

let handled = 0;
const echo: RequestListener = ({ method, url, rawHeaders }, response) => {
  handled++;
  const told = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && !OURS.test(name) ? [name, rawHeaders[i + 1]] : [],
  );
  response.sendDate = false;
  response.end(JSON.stringify({ method, url, told }));
};
let server: Server;
let port: number;
beforeAll(async () => {
  // So that Node leaves all answers to the handler, and no header of ours makes the head too long.
  server = createServer({ requireHostHeader: false, maxHeaderSize: 128 * 1024 }, echo);
  // Where Node takes the answer out of the handler's hands, the handler is to be counted still.
  server.on('checkExpectation', echo);
  port = await listen(server);
});
afterAll(() => stop(server));
beforeEach(() => {
  tracing.clear();
  handled = 0;
});

const byte = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
);
const bytes = fc.string({ unit: byte.map((code) => String.fromCharCode(code)), maxLength: 40 });
const line = bytes.map((text) => text.replace(/[\r\n]/g, ''));
const target = fc.oneof(
  line.map((text) => `/${text.replaceAll(' ', '')}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.webUrl({ authoritySettings: { withUserInfo: true, withPort: true, withIPv6: true } }),
  fc.constantFrom('*', '/', '//', '/?', '?', 'http://', 'http://@/', 'http://[::1', '/%', '/?%&=&?#'),
  line,
);
const headerName = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Host', 'Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host') },
  { weight: 2, arbitrary: fc.constantFrom('X-Forwarded-Proto', 'User-Agent', 'Expect', '__proto__') },
  { weight: 4, arbitrary: fc.constantFrom('traceparent', 'tracestate', 'baggage', 'b3', 'X-B3-TraceId') },
  {
    weight: 1,
    arbitrary: line.filter((name) => !/^(connection|content-|transfer-|keep-|upgrade)/i.test(name)),
  },
);
const headerValue = fc.oneof(
  line,
  fc.constantFrom(
    '',
    ',',
    ';',
    '"',
    'for="[::1]:80";host="a\\"b',
    'for=;;,=',
    '[::1',
    ':::',
    'a:99999',
    '%',
    '=%zz',
  ),
  fc.constantFrom(TRACEPARENT, `${TRACEPARENT}-00`, '00-0-0-0', 'a=b,c=%E0%A4%A', '0-0-d', 'x'.repeat(9000)),
);
const headers = fc.array(fc.tuple(headerName, headerValue), { maxLength: 5 });
const method = fc.oneof(fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'PROPFIND', 'get', ''), line);

/** Runs `act` with and without the instrumentation. */
async function withAndWithout<T>(
  instrumentation: BuiltInInstrumentation,
  act: () => Promise<T>,
): Promise<[on: T, off: T]> {
  const off = await act();
  instrumentation.enable();
  try {
    return [await act(), off];
  } finally {
    instrumentation.disable();
  }
}

/** Ours name the instrumentation; propagators may complain of what they were given. */
const failuresOfOurs = (): unknown[] =>
  tracing.complaints.splice(0).filter((said) => /instrumentation failed|ended Span/.test(String(said)));

describe('odd input', () => {
  it('over the wire', async () => {
    let started = 0;
    let recorded = 0;
    const tracer: Tracer = {
      startSpan(...given) {
        const span = tracing.tracer.startSpan(...given);
        started++;
        // Some of these headers say that the caller's trace is not sampled.
        if (span.isRecording()) recorded++;
        return span;
      },
      startActiveSpan: () => expect.fail('not for a server span'),
    };
    const instrumentation = createHttpServerInstrumentation({ ...tracing, tracer });
    const talk = (text: string): Promise<string> =>
      new Promise((resolve) => {
        let answer = '';
        const socket = connect(port, '127.0.0.1')
          .setEncoding('latin1')
          .on('data', (chunk) => (answer += chunk))
          .on('error', () => {})
          .on('close', () => resolve(answer));
        socket.end(text, 'latin1');
      });
    await fc.assert(
      fc.asyncProperty(method, target, headers, fc.boolean(), async (verb, path, fields, withHost) => {
        const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
        const text = `${verb} ${path} HTTP/1.1\r\n${withHost ? 'Host: a\r\n' : ''}${head}Connection: close\r\n\r\n`;
        tracing.clear();
        started = 0;
        recorded = 0;
        const [on, off] = await withAndWithout(instrumentation, async () => {
          handled = 0;
          const answer = await talk(text);
          return { answer: answer.replace(/^Date: .*\r\n/m, ''), handled };
        });
        expect(on).toEqual(off);
        expect(started).toBe(on.handled);
        expect(await tracing.ended(recorded)).toHaveLength(recorded);
        expect(failuresOfOurs()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  const outcomeOf = async (act: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await act();
    } catch (error) {
      const { name, code, message } = error as Error & { code?: string };
      return { name, code, message };
    }
  };

  it('from an app that uses http.request', async () => {
    const instrumentation = createHttpClientInstrumentation(tracing);
    const send = (options: RequestOptions): Promise<unknown> =>
      new Promise((resolve, reject) => {
        let body = '';
        request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
          response
            .setEncoding('latin1')
            .on('data', (chunk) => (body += chunk))
            .on('error', reject)
            .on('end', () => resolve([response.statusCode, body]));
        })
          .on('error', reject)
          .end();
      });
    const given = fc.oneof(
      headers.map((list): OutgoingHttpHeaders => Object.fromEntries(list)),
      headers.map(
        (list): OutgoingHttpHeaders => Object.fromEntries(list.map(([name, value]) => [name, [value]])),
      ),
      headers.map((list) => list.flat()),
      headers.map((list) => ['Host', 'a', ...list.flat()]),
    );
    await fc.assert(
      fc.asyncProperty(method, target, given, fc.option(line), async (verb, path, fields, auth) => {
        const options: RequestOptions = { method: verb, path, headers: fields as OutgoingHttpHeaders, auth };
        const [on, off] = await withAndWithout(instrumentation, () => outcomeOf(() => send(options)));
        expect(on).toEqual(off);
        expect(failuresOfOurs()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('from an app that uses fetch', async () => {
    const instrumentation = createFetchInstrumentation(tracing);
    await fc.assert(
      fc.asyncProperty(method, target, headers, async (verb, path, fields) => {
        const [on, off] = await withAndWithout(instrumentation, () =>
          outcomeOf(async () => {
            const url = `http://127.0.0.1:${port}/${path}`;
            const response = await fetch(url, { method: verb, headers: fields });
            return [response.status, await response.text()];
          }),
        );
        expect(on).toEqual(off);
        expect(failuresOfOurs()).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
