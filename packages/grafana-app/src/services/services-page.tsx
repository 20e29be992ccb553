import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, Checkbox, EmptyState, Stack } from '@grafana/ui';
import { EnvironmentPicker } from '../page/environment-picker.tsx';
import { LoadedView } from '../page/loaded-view.tsx';
import { NoDataSource } from '../page/no-data-source.tsx';
import { readOrder } from '../page/row-order.ts';
import { SearchInput } from '../page/search-input.tsx';
import { useSearchState } from '../page/search-state.ts';
import { useTracing } from '../page/tracing-context.tsx';
import { useLoaded } from '../page/use-loaded.ts';
import { loadServices, type Services } from './load-services.ts';
import { filterServices, SERVICE_COLUMNS, type ServiceColumn } from './service-filter.ts';
import { ServiceTable } from './service-table.tsx';

const BUSIEST = { by: 'requests', descending: true } as const;

export default function ServicesPage() {
  const { prometheus } = useTracing();
  return (
    <PluginPage>
      {prometheus.chosen === undefined ? <NoDataSource /> : <ServicesOf uid={prometheus.chosen.uid} />}
    </PluginPage>
  );
}

function ServicesOf({ uid }: { readonly uid: string }) {
  const { environmentLabel } = useTracing();
  const loaded = useLoaded(`${uid} ${environmentLabel}`, () => loadServices(uid, environmentLabel));
  return (
    <LoadedView loaded={loaded}>
      {(services) => <ServiceList services={services} loading={loaded.loading} onRefresh={loaded.refresh} />}
    </LoadedView>
  );
}

interface ListProps {
  readonly services: Services;
  readonly loading: boolean;
  readonly onRefresh: () => void;
}

function ServiceList({ services: { rows, source }, loading, onRefresh }: ListProps) {
  const { environmentLabel } = useTracing();
  const [search, change] = useSearchState();
  const text = search.get('search') ?? '';
  const environment = search.get('environment') ?? '';
  const failing = search.get('failing') === 'true';
  const order = readOrder<ServiceColumn>(search.get('sort'), SERVICE_COLUMNS, BUSIEST);
  if (rows.length === 0) return <NoServices />;
  const shown = filterServices(rows, { text, environment, failing, order });
  return (
    <>
      {source === 'spans' && environmentLabel === 'deployment_environment_name' && (
        <Alert severity="info" title={t('services.not-recorded', 'The recording rules are not loaded')}>
          {t(
            'services.not-recorded-text',
            "This table is computed from the span metrics each time, which costs Prometheus more. Load the files of recording-rules/, in this plugin's folder, into Prometheus; the dashboards and alerts need them.",
          )}
        </Alert>
      )}
      <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
        <SearchInput
          label={t('services.search', 'Search services')}
          value={text}
          onChange={(search) => change({ search })}
        />
        <EnvironmentPicker
          environments={rows.map((row) => row.environment)}
          value={environment}
          onChange={(chosen) => change({ environment: chosen })}
        />
        <Checkbox
          label={t('services.failing', 'Only with errors')}
          value={failing}
          onChange={(event) => change({ failing: event.currentTarget.checked ? 'true' : undefined })}
        />
        <Button variant="secondary" icon="sync" onClick={onRefresh} disabled={loading}>
          {t('services.refresh', 'Refresh')}
        </Button>
      </Stack>
      {shown.length === 0 ? (
        <EmptyState variant="not-found" message={t('services.none-found', 'No service is like that')}>
          <Button
            variant="secondary"
            onClick={() => change({ search: undefined, environment: undefined, failing: undefined })}
          >
            {t('services.show-all', 'Show all services')}
          </Button>
        </EmptyState>
      ) : (
        <ServiceTable rows={shown} order={order} onOrder={(sort) => change({ sort })} />
      )}
    </>
  );
}

function NoServices() {
  return (
    <EmptyState
      variant="not-found"
      message={t('services.empty', 'No service has had a request within the last five minutes')}
    >
      {t(
        'services.empty-text',
        'Services appear here when their spans reach the OpenTelemetry Collector. Home says how far they get.',
      )}
    </EmptyState>
  );
}
