/** A data frame as Grafana's API has it. */
export interface Frame {
  readonly schema?: {
    readonly fields?: readonly {
      readonly type?: string;
      readonly labels?: Readonly<Record<string, string>>;
      /** Of times: `interval`, the step of a range in ms. */
      readonly config?: { readonly interval?: number };
    }[];
  };
  readonly data?: { readonly values?: readonly (readonly (number | null)[])[] };
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** In their order; what Prometheus calls NaN or infinite is `undefined`. */
  readonly values: readonly (number | undefined)[];
}

export function framesToSeries(frames: readonly Frame[]): Series[] {
  return frames.flatMap(({ schema, data }) =>
    (schema?.fields ?? []).flatMap(({ type, labels = {} }, index) =>
      type === 'number'
        ? [{ labels, values: (data?.values?.[index] ?? []).map((value) => value ?? undefined) }]
        : [],
    ),
  );
}

/** What a range was asked for, in ms. */
export interface Range {
  readonly from: number;
  readonly to: number;
  /** Unless the data source took another one, and says so. */
  readonly step: number;
}

/**
 * Series of a range, with a place for every step of it: Prometheus sends no value for a time at which there is none, and
 * without these a series that has just begun would look as if it had always been there. Grafana asks at multiples of the
 * step.
 */
export function framesToHistory(frames: readonly Frame[], range: Range): Series[] {
  return frames.flatMap((frame) => {
    const fields = frame.schema?.fields ?? [];
    const times = fields.findIndex(({ type }) => type === 'time');
    const step = fields[times]?.config?.interval ?? range.step;
    const first = Math.floor(range.from / step);
    const steps = Math.floor(range.to / step) - first + 1;
    return framesToSeries([frame]).map(({ labels, values }) => {
      const placed = new Array<number | undefined>(steps).fill(undefined);
      for (const [index, time] of (frame.data?.values?.[times] ?? []).entries()) {
        const place = Math.round((time ?? Number.NaN) / step) - first;
        if (place >= 0 && place < steps) placed[place] = values[index];
      }
      return { labels, values: placed };
    });
  });
}

/** The last value of a series. */
export function latest({ values }: Series): number | undefined {
  return values.at(-1);
}

/** The one number of a query that sums up everything; `undefined` where nothing came back. */
export function single(series: readonly Series[]): number | undefined {
  return series[0] === undefined ? undefined : latest(series[0]);
}

/** Series by some of their labels. A label that is not there is an empty text, as to Prometheus. */
export function byLabels(series: readonly Series[], names: readonly string[]): Map<string, Series> {
  return new Map(series.map((each) => [keyOf(each.labels, names), each]));
}

export function keyOf(labels: Readonly<Record<string, string>>, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => labels[name] ?? ''));
}
