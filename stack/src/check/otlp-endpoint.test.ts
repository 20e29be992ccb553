import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EndpointError, parseOtlpEndpoint } from './otlp-endpoint.ts';

describe('parseOtlpEndpoint', () => {
  test.each([
    ['otel-collector:4317', 'grpc', 'http://otel-collector:4317'],
    ['otel-collector:4318', 'http', 'http://otel-collector:4318'],
    ['  127.0.0.1:4317  ', 'grpc', 'http://127.0.0.1:4317'],
    ['[::1]:4317', 'grpc', 'http://[::1]:4317'],
    ['http://otel-collector:4317', 'grpc', 'http://otel-collector:4317'],
    ['http://otel-collector:4318', 'http', 'http://otel-collector:4318'],
    ['http://otel-collector:4318/v1/traces', 'http', 'http://otel-collector:4318'],
    ['https://gateway.example', 'http', 'https://gateway.example:443'],
    ['https://gateway.example/otlp/', 'http', 'https://gateway.example:443/otlp'],
    ['http://gateway.example:80', 'http', 'http://gateway.example:80'],
    ['grpcs://gateway.example', 'grpc', 'https://gateway.example:443'],
    ['grpc://gateway.example:9999', 'grpc', 'http://gateway.example:9999'],
    ['GRPC://gateway.example:80', 'grpc', 'http://gateway.example:80'],
  ])('%s', (given, protocol, url) => {
    expect(parseOtlpEndpoint(given)).toEqual({
      protocol,
      url,
      place: new URL(url).host.includes(':')
        ? new URL(url).host
        : `${new URL(url).hostname}:${/:(\d+)(?:\/|$)/.exec(url)?.[1]}`,
    });
  });

  test.each([
    ['', 'is empty'],
    ['otel-collector', 'names no port'],
    ['otel-collector:9999', 'has port 9999, which does not tell gRPC from HTTP'],
    ['otel-collector:80', 'has port 80, which does not tell gRPC from HTTP'],
    ['otel-collector:seven', 'is no host and port'],
    ['otel-collector:70000', 'is no host and port'],
    [':4317', 'is no host and port'],
    ['ftp://otel-collector:4317', 'has the unknown scheme ftp://'],
    ['http://me:hunter22@gateway.example:4318', 'holds a user name or password'],
    ['me:hunter22@gateway.example:4318', 'holds a user name or password'],
    ['http://gateway.example:4318?key=hunter22', 'has a query'],
    ['grpc://gateway.example:4317/path', 'has a path'],
  ])('refuses %s', (given, problem) => {
    const parse = () => parseOtlpEndpoint(given);
    expect(parse).toThrow(EndpointError);
    expect(parse).toThrow(problem);
    expect(parse).toThrow('host:4317 (gRPC), host:4318 (HTTP)');
    expect(parse).not.toThrow('hunter22');
  });

  test('any text makes an endpoint or an EndpointError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.domain().map((name) => `${name}:4317`),
        ),
        (text) => {
          try {
            const { url, place } = parseOtlpEndpoint(text);
            return URL.canParse(url) && /:\d+$/.test(place);
          } catch (error) {
            return error instanceof EndpointError;
          }
        },
      ),
    );
  });
});
