import type { Addresses } from './addresses.ts';
import type { Concealment } from './concealment.ts';
import type { OtlpEndpoint } from './otlp-endpoint.ts';
import type { Waiting } from './poll.ts';

/** What every check of a run shares. */
export interface CheckContext extends Waiting {
  readonly addresses: Addresses;
  /** One or two, one a protocol. */
  readonly endpoints: readonly OtlpEndpoint[];
  /** What `deadline` was made from, for messages. */
  readonly waitSeconds: number;
  /** The administrator's name. */
  readonly grafanaUser: string;
  /** Folder of the secret files. */
  readonly secretsFolder: string;
  /** Learns of every secret that is read or made. */
  readonly concealment: Concealment;
}
