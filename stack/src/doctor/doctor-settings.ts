import { join } from 'node:path';
import type { Declarations, GivenOptions } from '../cli/options.ts';
import { UsageError } from '../cli/options.ts';
import { COMPOSE_FILE, STACK_FOLDER } from '../compose/compose-file.ts';

export const DOCTOR_OPTIONS = {
  json: { text: 'the result as JSON' },
  'compose-file': {
    value: '<file>',
    variable: 'STACK_COMPOSE_FILE',
    default: 'stack/compose.yaml',
    text: 'whose ports, images and limits to look at',
  },
  secrets: {
    value: '<folder>',
    variable: 'STACK_SECRETS',
    default: 'stack/secrets',
    text: 'where the files with the passwords and keys are',
  },
} as const satisfies Declarations;

export interface DoctorSettings {
  readonly composeFile: string;
  readonly secretsFolder: string;
  readonly json: boolean;
}

/** @throws UsageError for an argument: it takes none. */
export function settleDoctorSettings({ values, switches, positionals }: GivenOptions): DoctorSettings {
  if (positionals.length > 0) throw new UsageError(`doctor takes no argument, got ${positionals.join(' ')}`);
  return {
    composeFile: values['compose-file'] ?? COMPOSE_FILE,
    secretsFolder: values.secrets ?? join(STACK_FOLDER, 'secrets'),
    json: switches.has('json'),
  };
}
