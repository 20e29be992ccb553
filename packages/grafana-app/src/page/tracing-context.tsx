import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { type Choice, chooseDataSource, type DataSource } from '../grafana/choose-data-source.ts';
import { listDataSources } from '../grafana/data-sources.ts';
import { signedInUser } from '../grafana/signed-in-user.ts';
import { DEFAULT_ENVIRONMENT_LABEL, readSettings, type TracingSettings } from '../settings/settings.ts';

export interface Tracing {
  readonly settings: TracingSettings;
  readonly environmentLabel: string;
  readonly prometheus: Choice;
  readonly tempo: Choice;
  readonly jaeger: Choice;
  /** Where traces are opened: Tempo, or else Jaeger. */
  readonly traces: DataSource | undefined;
  readonly isAdmin: boolean;
}

const Context = createContext<Tracing | undefined>(undefined);

export function TracingProvider({
  jsonData,
  children,
}: {
  readonly jsonData: unknown;
  readonly children: ReactNode;
}) {
  const tracing = useMemo((): Tracing => {
    const settings = readSettings(jsonData);
    const list = listDataSources();
    const tempo = chooseDataSource('tempo', settings.tempoUid, list);
    const jaeger = chooseDataSource('jaeger', settings.jaegerUid, list);
    return {
      settings,
      environmentLabel: settings.environmentLabel ?? DEFAULT_ENVIRONMENT_LABEL,
      prometheus: chooseDataSource('prometheus', settings.prometheusUid, list),
      tempo,
      jaeger,
      traces: tempo.chosen ?? jaeger.chosen,
      isAdmin: signedInUser().isAdmin,
    };
  }, [jsonData]);
  return <Context.Provider value={tracing}>{children}</Context.Provider>;
}

export function useTracing(): Tracing {
  const tracing = useContext(Context);
  if (tracing === undefined) throw new Error('useTracing outside of TracingProvider');
  return tracing;
}
