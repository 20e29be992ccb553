import { join } from 'node:path';
import { type Declarations, type GivenOptions, UsageError, wholeNumber } from '../cli/options.ts';
import { STACK_FOLDER } from '../compose/compose-file.ts';
import {
  ADDRESSES,
  AddressError,
  type Addresses,
  defaultEndpoints,
  StackSettings,
  settleAddresses,
} from './addresses.ts';
import { PARTS, type Part } from './check-row.ts';
import { EndpointError, type OtlpEndpoint, parseOtlpEndpoint } from './otlp-endpoint.ts';

const PART_NAMES = Object.keys(PARTS) as Part[];

export const CHECK_OPTIONS = {
  wait: {
    value: '<seconds>',
    variable: 'STACK_CHECK_WAIT',
    default: '60',
    text: 'how long to wait for what is on its way, 1 to 600; sampling decides after 10 s, metrics come every 15 s',
  },
  skip: {
    value: '<parts>',
    variable: 'STACK_CHECK_SKIP',
    text: `parts not to check, with commas between: ${PART_NAMES.join(', ')}`,
  },
  json: { text: 'the result as JSON' },
  ...ADDRESSES,
  'grafana-user': {
    value: '<name>',
    variable: 'GRAFANA_USER',
    default: 'admin',
    text: "Grafana's administrator",
  },
  secrets: {
    value: '<folder>',
    variable: 'STACK_SECRETS',
    default: 'stack/secrets',
    text: 'where the files with the passwords and keys are',
  },
} as const satisfies Declarations;

export interface CheckSettings {
  readonly endpoints: readonly OtlpEndpoint[];
  readonly addresses: Addresses;
  readonly skip: ReadonlySet<Part>;
  readonly waitSeconds: number;
  readonly grafanaUser: string;
  readonly secretsFolder: string;
  readonly json: boolean;
}

/** @throws UsageError naming what was given and what is allowed. */
export function settleCheckSettings(
  { values, switches, positionals }: GivenOptions,
  stack: StackSettings = StackSettings.fromComposeFile(),
): CheckSettings {
  try {
    const named = positionals.map(parseOtlpEndpoint);
    if (named.length > 2 || (named.length === 2 && named[0]?.protocol === named[1]?.protocol)) {
      throw new UsageError(
        `check takes one endpoint, or two of which one is gRPC and one HTTP, got ${positionals.join(' ')}`,
      );
    }
    return {
      endpoints: named.length > 0 ? named : defaultEndpoints(stack),
      addresses: settleAddresses(values, named, stack),
      skip: parseSkip(values.skip),
      waitSeconds: wholeNumber('wait', values.wait ?? CHECK_OPTIONS.wait.default, 1, 600),
      grafanaUser: values['grafana-user'] ?? stack.setting('grafana', 'GF_SECURITY_ADMIN_USER') ?? 'admin',
      secretsFolder: values.secrets ?? join(STACK_FOLDER, 'secrets'),
      json: switches.has('json'),
    };
  } catch (error) {
    if (error instanceof EndpointError || error instanceof AddressError) throw new UsageError(error.message);
    throw error;
  }
}

function parseSkip(text: string | undefined): ReadonlySet<Part> {
  const names = (text ?? '').split(',').map((name) => name.trim());
  const parts = new Set<Part>();
  for (const name of names.filter((part) => part !== '')) {
    if (!PART_NAMES.includes(name as Part))
      throw new UsageError(`--skip knows ${PART_NAMES.join(', ')}; got '${name}'`);
    parts.add(name as Part);
  }
  return parts;
}
