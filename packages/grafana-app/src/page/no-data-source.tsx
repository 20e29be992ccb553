import { t } from '@grafana/i18n';
import { EmptyState } from '@grafana/ui';
import { PAGES } from '../links.ts';
import { ButtonTo } from './button-to.tsx';
import { useTracing } from './tracing-context.tsx';

/** There is no Prometheus data source to ask. */
export function NoDataSource() {
  const { isAdmin } = useTracing();
  return (
    <EmptyState
      variant="call-to-action"
      message={t('no-data-source.title', 'There is no Prometheus data source')}
      button={
        isAdmin ? (
          <ButtonTo to="/connections/datasources/new">
            {t('no-data-source.add', 'Add a data source')}
          </ButtonTo>
        ) : (
          <ButtonTo variant="secondary" to={PAGES.home}>
            {t('no-data-source.home', 'Back to Home')}
          </ButtonTo>
        )
      }
    >
      {isAdmin
        ? t(
            'no-data-source.admin',
            'This page reads rates, errors and durations from Prometheus. Add the Prometheus that the OpenTelemetry Collector sends its span metrics to.',
          )
        : t('no-data-source.other', 'Ask an administrator to add one, or for the right to query it.')}
    </EmptyState>
  );
}
