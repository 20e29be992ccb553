/** `jsonData` of the app, as Configuration stores it and provisioning files write it. All of it may be missing. */
export interface TracingSettings {
  /** uid of the Prometheus data source. Default: the likeliest. */
  readonly prometheusUid?: string | undefined;
  readonly tempoUid?: string | undefined;
  readonly jaegerUid?: string | undefined;
  /** Where people open Jaeger, as `https://jaeger.example.org`. Default: no links to it. */
  readonly jaegerUrl?: string | undefined;
  /** The label that tells environments apart. Default: `deployment_environment_name`. */
  readonly environmentLabel?: string | undefined;
}

/** That of the span metrics and the recording rules; with another one, recorded series cannot be told apart by it. */
export const DEFAULT_ENVIRONMENT_LABEL = 'deployment_environment_name';

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What is no text counts as missing. */
export function readSettings(jsonData: unknown): TracingSettings {
  const data = (typeof jsonData === 'object' && jsonData !== null ? jsonData : {}) as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = data[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const jaegerUrl = text('jaegerUrl');
  const environmentLabel = text('environmentLabel');
  return {
    prometheusUid: text('prometheusUid'),
    tempoUid: text('tempoUid'),
    jaegerUid: text('jaegerUid'),
    jaegerUrl: jaegerUrl !== undefined && isWebAddress(jaegerUrl) ? jaegerUrl : undefined,
    environmentLabel:
      environmentLabel !== undefined && isLabelName(environmentLabel) ? environmentLabel : undefined,
  };
}

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export function isLabelName(text: string): boolean {
  return LABEL.test(text);
}
