/** A data frame as Grafana's API has it. */
export interface Frame {
  readonly schema?: {
    readonly fields?: readonly {
      readonly type?: string;
      readonly labels?: Readonly<Record<string, string>>;
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
