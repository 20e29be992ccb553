import { noVariant } from '../format-error.ts';
import type { Answer } from '../http/answers.ts';
import { HardwareUsage } from '../metrics/hardware-usage.ts';
import type { QueryContext } from '../query/query.ts';
import { invalid, ServerError } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import type { StandInState } from './state.ts';

export type Handler = (call: Call) => Answer;

/** One request, read as far as it can be without its meaning. */
export class Call {
  readonly state: StandInState;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Undefined where the endpoint takes none. */
  readonly body: unknown;
  readonly hardware = new HardwareUsage();
  /** Put before every metric's name. */
  readonly metricsPrefix: string;

  constructor(
    state: StandInState,
    params: Call['params'],
    query: URLSearchParams,
    body: unknown,
    metricsPrefix: string,
  ) {
    this.state = state;
    this.params = params;
    this.query = query;
    this.body = body;
    this.metricsPrefix = metricsPrefix;
  }

  /** @throws ServerError 404. */
  get collection(): Collection {
    return this.state.collections.get(this.params.collection_name!);
  }

  get queryContext(): QueryContext {
    const { collections } = this.state;
    return {
      collections,
      collection: this.collection,
      spend: (cpu) => this.hardware.spend('cpu', cpu),
    };
  }

  flag(name: string, byDefault: boolean): boolean {
    const value = this.query.get(name);
    if (value === null) return byDefault;
    if (value === 'true' || value === 'false') return value === 'true';
    throw new ServerError(
      400,
      'Deserialize error in query parameters: provided string was not `true` or `false`',
      true,
    );
  }

  number(name: string, least = 0): number | undefined {
    const value = this.query.get(name);
    if (value === null || value === '') return undefined;
    if (!/^\d+$/.test(value))
      throw new ServerError(
        400,
        'Deserialize error in query parameters: invalid digit found in string',
        true,
      );
    if (Number(value) < least)
      throw invalid('query parameters', name, `value ${value} invalid, must be ${least} or larger`);
    return Number(value);
  }

  /** `timeout`, `ordering` and `consistency` change nothing on a single node, but are read. */
  checkParameters(): void {
    this.flag('wait', false);
    this.number('timeout', 1);
    const ordering = this.query.get('ordering');
    if (ordering !== null && !['weak', 'medium', 'strong'].includes(ordering))
      throw new ServerError(
        400,
        `Deserialize error in query parameters: unknown variant \`${ordering}\`, expected one of \`weak\`, \`medium\`, \`strong\``,
        true,
      );
    const consistency = this.query.get('consistency');
    if (consistency !== null && !/^(majority|quorum|all|[1-9]\d*)$/.test(consistency))
      throw new ServerError(
        400,
        `Deserialize error in query parameters: ${noVariant('ReadConsistency').message}`,
        true,
      );
  }
}
