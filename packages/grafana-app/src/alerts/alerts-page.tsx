import { t } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert } from '@grafana/ui';
import { useMemo } from 'react';
import { grafanaUrl } from '../grafana/grafana-url.ts';
import { type RuleStatus, ruleStatuses } from '../grafana/rule-statuses.ts';
import { ButtonTo } from '../page/button-to.tsx';
import { LoadedView } from '../page/loaded-view.tsx';
import { NoDataSource } from '../page/no-data-source.tsx';
import { useTracing } from '../page/tracing-context.tsx';
import { useLoaded } from '../page/use-loaded.ts';
import { type Installed, installedRules } from './alert-rules-api.ts';
import { RuleList } from './rule-list-view.tsx';
import { loadShippedGroups, type ShippedGroup } from './shipped-rules.ts';

export interface Rules {
  readonly groups: readonly ShippedGroup[];
  readonly installed: Installed;
  /** How those that are installed stand; none where that may not be seen. */
  readonly statuses: readonly RuleStatus[];
}

export default function AlertsPage() {
  const { prometheus } = useTracing();
  return (
    <PluginPage
      subTitle={t('alerts.subtitle', 'Rules of UAT Tracing, to import into Grafana and set to your needs')}
      actions={
        <ButtonTo variant="secondary" icon="bell" to="/alerting/list">
          {t('alerts.grafana', "Grafana's alert rules")}
        </ButtonTo>
      }
    >
      {prometheus.chosen === undefined ? <NoDataSource /> : <RulesOf uid={prometheus.chosen.uid} />}
    </PluginPage>
  );
}

function RulesOf({ uid }: { readonly uid: string }) {
  const loaded = useLoaded('rules', loadRules);
  const target = useMemo(() => ({ dataSourceUid: uid, grafanaUrl: grafanaUrl() }), [uid]);
  return (
    <LoadedView loaded={loaded}>
      {(rules) => (
        <>
          {!rules.installed.changeable && (
            <Alert severity="info" title={t('alerts.read-only', 'You may see the rules, not import them')}>
              {t(
                'alerts.read-only-text',
                'Editors and administrators import them, or whoever has the right to provision alert rules.',
              )}
            </Alert>
          )}
          <RuleList rules={rules} loading={loaded.loading} target={target} onChanged={loaded.refresh} />
        </>
      )}
    </LoadedView>
  );
}

async function loadRules(): Promise<Rules> {
  const [groups, installed, statuses] = await Promise.all([
    loadShippedGroups(),
    installedRules(),
    ruleStatuses('rules').catch(() => []),
  ]);
  return { groups, installed, statuses };
}
