import { expect, test } from 'vitest';
import { isInstrumentationPackage, shortName } from './instrumentation-packages.ts';

test.each([
  ['@opentelemetry/instrumentation-pg', 'pg'],
  ['@opentelemetry/instrumentation-nestjs-core', 'nestjs-core'],
  ['@uat/qdrant-instrumentation', 'qdrant'],
  ['@traceloop/instrumentation-openai', 'openai'],
  ['@arizeai/openinference-instrumentation-langchain', 'langchain'],
  ['@prisma/instrumentation', 'prisma'],
  ['@fastify/otel', 'fastify'],
  ['@acme/opentelemetry-instrumentation-queue', 'queue'],
  ['opentelemetry-instrumentation-kafkajs', 'kafkajs'],
  ['@opentelemetry/auto-instrumentations-node', '@opentelemetry/auto-instrumentations-node'],
])('%s is one, %s for short', (name, short) => {
  expect(isInstrumentationPackage(name)).toBe(true);
  expect(shortName(name)).toBe(short);
});

test.each([
  ['@opentelemetry/instrumentation'],
  ['@opentelemetry/api'],
  ['@opentelemetry/auto-instrumentations-web'],
  ['@prisma/client'],
  ['pg'],
  ['instrumentation-pg'],
])('%s is none', (name) => {
  expect(isInstrumentationPackage(name)).toBe(false);
});
