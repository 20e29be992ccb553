/** Requests and answers held against the server's own OpenAPI description, where that file is at hand. */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import ajvFormats from 'ajv-formats';
import { isObject } from '../src/json.ts';
import { OPENAPI } from './real-server-files.ts';

type Schema = Record<string, unknown>;

/** Of OpenAPI 3.0, which JSON Schema does not know, or not so. */
const NUMBER_FORMATS = [
  'uint',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'int',
  'int32',
  'int64',
  'float',
  'double',
];

export interface ApiDescription {
  /** How many operations have been checked so far. */
  readonly checked: ReadonlySet<string>;
  /** Undefined when it fits, or where nothing is described; else what is wrong. */
  checkRequest(method: string, path: string, body: unknown): string | undefined;
  checkResponse(
    method: string,
    path: string,
    status: number,
    type: string,
    body: unknown,
  ): string | undefined;
  readonly operations: readonly string[];
}

interface Operation {
  readonly requestBody?: { readonly content?: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

export function loadDescription(): ApiDescription | undefined {
  if (OPENAPI.path === undefined) return undefined;
  const { paths, components } = JSON.parse(readFileSync(OPENAPI.path, 'utf8')) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const ajv = new Ajv({ strict: false, allErrors: false });
  ajvFormats.default(ajv);
  for (const format of NUMBER_FORMATS) ajv.addFormat(format, { type: 'number', validate: () => true });
  ajv.addFormat('partial-date-time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/);
  ajv.addFormat('binary', () => true);
  ajv.addSchema({ $id: 'api', components: { schemas: rewritten(components.schemas) } } as Schema);

  const validators = new Map<string, ValidateFunction>();
  const checked = new Set<string>();
  const operations = Object.entries(paths).flatMap(([pattern, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'put', 'post', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => ({
        name: `${method.toUpperCase()} ${pattern}`,
        pattern,
        method,
        operation,
      })),
  );
  const find = (method: string, path: string) => {
    const parts = path.split('?')[0]!.split('/');
    const fitting = operations.filter(
      (one) =>
        one.method === method.toLowerCase() &&
        one.pattern.split('/').length === parts.length &&
        one.pattern.split('/').every((part, place) => part.startsWith('{') || part === parts[place]),
    );
    // What is written out goes before a parameter.
    return fitting.sort((a, b) => a.pattern.split('{').length - b.pattern.split('{').length)[0];
  };
  const check = (key: string, schema: Schema | undefined, body: unknown): string | undefined => {
    if (schema === undefined) return undefined;
    let validate = validators.get(key);
    if (!validate) {
      validate = ajv.compile(rewritten(schema) as Schema);
      validators.set(key, validate);
    }
    return validate(body)
      ? undefined
      : `${key}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
  };
  return {
    checked,
    operations: operations.map(({ name }) => name),
    checkRequest(method, path, body) {
      const operation = find(method, path);
      if (!operation) return `${method} ${path} is not described`;
      const schema = operation.operation.requestBody?.content?.['application/json']?.schema;
      return check(`${operation.name} request`, schema, body);
    },
    checkResponse(method, path, status, type, body) {
      const operation = find(method, path);
      if (!operation) return `${method} ${path} is not described`;
      checked.add(operation.name);
      const { responses } = operation.operation;
      const described = responses[status] ?? (status >= 400 ? responses['4XX'] : undefined);
      if (!described) return `${operation.name}: status ${status} is not described`;
      const schema = described.content?.[type.split(';')[0]!]?.schema;
      if (type.startsWith('application/json') && !schema)
        return `${operation.name}: ${type} is not described`;
      return check(
        `${operation.name} ${status}`,
        type.startsWith('application/json') ? schema : undefined,
        body,
      );
    },
  };
}

/** As JSON Schema says it: `nullable` becomes one of two types, references point into the schema `api`. */
function rewritten(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rewritten);
  if (!isObject(schema)) return schema;
  const { nullable, example: _, discriminator: __, ...rest } = schema;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' ? String(value).replace('#/', 'api#/') : rewritten(value),
    ]),
  );
  if (nullable !== true) return inner;
  return Object.keys(inner).length === 0 ? { type: 'null' } : { anyOf: [inner, { type: 'null' }] };
}
