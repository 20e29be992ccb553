import type { Instrumentation } from '../otel-contract.ts';

type InstrumentationClass = new (config: object) => Instrumentation;

/** One set for each package, for the life of the process: require-in-the-middle tells of a loaded module once only. */
const made = new WeakMap<object, readonly Instrumentation[]>();

/**
 * One instance of each instrumentation class that a package exports, or the list of the metapackage
 * `@opentelemetry/auto-instrumentations-node`. Mind that `InstrumentationBase` enables itself in its constructor.
 *
 * @param exported what `require()` of the package gives.
 * @throws what a constructor throws; the instances made before it are disabled.
 */
export function instantiate(exported: unknown): readonly Instrumentation[] {
  if ((typeof exported !== 'object' && typeof exported !== 'function') || exported === null) return [];
  const known = made.get(exported);
  if (known !== undefined) return known;
  const instances = fromMetapackage(exported) ?? fromClasses(exported);
  made.set(exported, instances);
  return instances;
}

function fromMetapackage(exported: object): Instrumentation[] | undefined {
  const { getNodeAutoInstrumentations } = exported as { getNodeAutoInstrumentations?: unknown };
  if (typeof getNodeAutoInstrumentations !== 'function') return undefined;
  const off = { enabled: false };
  return getNodeAutoInstrumentations({
    '@opentelemetry/instrumentation-http': off,
    '@opentelemetry/instrumentation-undici': off,
  });
}

function fromClasses(exported: object): Instrumentation[] {
  const instances: Instrumentation[] = [];
  try {
    for (const one of instrumentationClasses(exported)) instances.push(new one({}));
  } catch (error) {
    for (const instance of instances) instance.disable();
    throw error;
  }
  return instances;
}

/** Without the base classes among them; where some are named `…Instrumentation`, those only. */
function instrumentationClasses(exported: object): InstrumentationClass[] {
  const classes = [...new Set([exported, ...Object.values(exported)])].filter(isInstrumentationClass);
  const leaves = classes.filter(
    (one) => !classes.some((other) => other !== one && other.prototype instanceof one),
  );
  const named = leaves.filter(({ name }) => name.endsWith('Instrumentation'));
  return named.length > 0 ? named : leaves;
}

function isInstrumentationClass(value: unknown): value is InstrumentationClass {
  const prototype =
    typeof value === 'function' ? (value.prototype as Partial<Instrumentation> | undefined) : undefined;
  return (
    typeof prototype?.enable === 'function' &&
    typeof prototype.disable === 'function' &&
    typeof prototype.setTracerProvider === 'function'
  );
}
