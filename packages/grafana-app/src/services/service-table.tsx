import { t } from '@grafana/i18n';
import { type Column, InteractiveTable, Stack, TextLink } from '@grafana/ui';
import { useCallback, useMemo, useRef, useState } from 'react';
import { DASHBOARDS, dashboardUrl, exploreUrl, serviceUrl } from '../links.ts';
import { ButtonTo } from '../page/button-to.tsx';
import { formatRate, formatSeconds, formatShare } from '../page/format.ts';
import { type Order, writeOrder } from '../page/row-order.ts';
import { useTracing } from '../page/tracing-context.tsx';
import { ValueWithSparkline } from '../page/value-with-sparkline.tsx';
import type { ServiceColumn } from './service-filter.ts';
import type { ServiceRow } from './service-rows.ts';

const ROWS_ON_A_PAGE = 50;

interface Props {
  readonly rows: ServiceRow[];
  readonly order: Order<ServiceColumn>;
  readonly onOrder: (order: string) => void;
}

export function ServiceTable({ rows, order, onOrder }: Props) {
  const { traces, prometheus } = useTracing();
  const columns = useMemo(
    (): Column<ServiceRow>[] => [
      {
        id: 'service',
        header: t('services.column.service', 'Service'),
        sortType: 'string',
        cell: ({ row: { original } }) => (
          <TextLink href={serviceUrl(original.service, original.environment)} inline={false}>
            {original.namespace === '' ? original.service : `${original.namespace}/${original.service}`}
          </TextLink>
        ),
      },
      {
        id: 'environment',
        header: t('services.column.environment', 'Environment'),
        sortType: 'string',
        visible: (data) => new Set(data.map(({ environment }) => environment)).size > 1,
      },
      {
        id: 'requests',
        header: t('services.column.requests', 'Requests'),
        sortType: 'number',
        sortDescFirst: true,
        cell: ({ row: { original } }) => (
          <ValueWithSparkline
            value={original.requests}
            values={original.requestsHistory}
            format={formatRate}
            label={t('services.column.requests', 'Requests')}
          />
        ),
      },
      {
        id: 'errors',
        header: t('services.column.errors', 'Errors'),
        sortType: 'number',
        sortDescFirst: true,
        cell: ({ row: { original } }) => (
          <ValueWithSparkline
            value={original.errors}
            values={original.errorsHistory}
            format={formatShare}
            formatHistory={formatRate}
            label={t('services.errors-a-second', 'Failed requests')}
            tone="bad"
          />
        ),
      },
      {
        id: 'p50',
        header: 'p50',
        sortType: 'number',
        sortDescFirst: true,
        cell: ({ row: { original } }) => formatSeconds(original.p50),
      },
      {
        id: 'p95',
        header: 'p95',
        sortType: 'number',
        sortDescFirst: true,
        cell: ({ row: { original } }) => (
          <ValueWithSparkline
            value={original.p95}
            values={original.p95History}
            format={formatSeconds}
            label="p95"
          />
        ),
      },
      {
        id: 'p99',
        header: 'p99',
        sortType: 'number',
        sortDescFirst: true,
        cell: ({ row: { original } }) => formatSeconds(original.p99),
      },
      {
        id: 'links',
        header: t('services.column.links', 'Open'),
        disableGrow: true,
        cell: ({ row: { original } }) => (
          <Stack direction="row" gap={0.5}>
            <ButtonTo
              size="sm"
              variant="secondary"
              icon="apps"
              tooltip={t('services.dashboard', 'Dashboard')}
              aria-label={t('services.dashboard-of', 'Dashboard of {{service}}', {
                service: original.service,
                interpolation: { escapeValue: false },
              })}
              to={dashboardUrl(DASHBOARDS.services, {
                service: original.service,
                environment: original.environment,
                prometheus_datasource: prometheus.chosen?.uid,
              })}
            />
            {traces !== undefined && (
              <ButtonTo
                size="sm"
                variant="secondary"
                icon="compass"
                tooltip={t('services.traces', 'Traces')}
                aria-label={t('services.traces-of', 'Traces of {{service}}', {
                  service: original.service,
                  interpolation: { escapeValue: false },
                })}
                to={exploreUrl(traces, { service: original.service })}
              />
            )}
          </Stack>
        ),
      },
    ],
    [traces, prometheus],
  );
  // The table tells its order again for each new function, and when it has just been told it.
  const told = useRef({ order: writeOrder(order), onOrder });
  told.current = { order: writeOrder(order), onOrder };
  const fetchData = useCallback(({ sortBy: [sorted] }: { sortBy: { id: string; desc?: boolean }[] }) => {
    if (sorted === undefined) return;
    const next = writeOrder({ by: sorted.id, descending: sorted.desc ?? false });
    if (next !== told.current.order) told.current.onOrder(next);
  }, []);
  const [initialSortBy] = useState(() => [{ id: order.by, desc: order.descending }]);
  return (
    <InteractiveTable
      columns={columns}
      data={rows}
      getRowId={({ key }: ServiceRow) => key}
      pageSize={ROWS_ON_A_PAGE}
      autoResetPage={false}
      initialSortBy={initialSortBy}
      disableSortRemove
      fetchData={fetchData}
    />
  );
}
