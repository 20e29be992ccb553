import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Environment } from './environment.ts';
import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

const UNKNOWN: Setting<string> = Object.freeze({ value: 'unknown_service:node', source: 'default' });

/**
 * The argument, else `OTEL_SERVICE_NAME`, else `service.name` of the resource attributes, else the name in the nearest
 * package.json, else `unknown_service:node`.
 *
 * @param resource attributes with their source.
 * @param directory where the search for package.json starts.
 */
export function settleServiceName(
  argument: unknown,
  environment: Environment,
  resource: Setting<Readonly<Record<string, unknown>>>,
  directory: string,
  problems: Problems,
): Setting<string> {
  if (argument !== undefined) {
    if (typeof argument === 'string' && argument.trim() !== '') {
      return { value: argument.trim(), source: 'argument of initTracing' };
    }
    const hint =
      typeof argument === 'object' && argument !== null
        ? " Options come second: initTracing('checkout', { … })."
        : " Pass the service's name, as in initTracing('checkout'), or nothing to use OTEL_SERVICE_NAME.";
    problems.wrong(
      `the service name is ${quote(argument)}; it must be a text that is not empty.${hint}`,
      'the next source of it',
    );
  }
  const variable = environment.text('OTEL_SERVICE_NAME');
  if (variable !== undefined) return variable;
  const attribute = resource.value['service.name'];
  if (typeof attribute === 'string' && attribute.trim() !== '')
    return { value: attribute, source: resource.source };
  return nameInPackageJson(directory) ?? UNKNOWN;
}

function nameInPackageJson(directory: string): Setting<string> | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    try {
      const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
      if (typeof name === 'string' && name !== '') return { value: name, source: `name in ${file}` };
    } catch {
      // No package.json here, or not a readable one: one folder up.
    }
    if (dirname(at) === at) return undefined;
  }
}
