import type { InstalledRule } from './rule-state.ts';

/** What the ruler's API says of Grafana's own rules, by the title of their folder. */
export type RulerRules = Readonly<Record<string, readonly RulerGroup[]>>;

interface RulerGroup {
  readonly name: string;
  readonly rules?: readonly RulerRule[];
}

interface RulerRule extends Pick<InstalledRule, 'for' | 'keep_firing_for' | 'labels' | 'annotations'> {
  readonly grafana_alert?: Pick<InstalledRule, 'title' | 'condition' | 'data' | 'provenance'> & {
    readonly uid: string;
    readonly namespace_uid: string;
    readonly no_data_state?: string;
    readonly exec_err_state?: string;
    readonly is_paused?: boolean;
  };
}

/** The same rules as the provisioning API has them. */
export function fromRuler(folders: RulerRules): InstalledRule[] {
  return Object.values(folders)
    .flat()
    .flatMap(({ name, rules = [] }) =>
      rules.flatMap(({ grafana_alert: alert, ...rule }): InstalledRule[] => {
        if (alert === undefined) return [];
        const { uid, title, condition, data, provenance, namespace_uid, ...states } = alert;
        return [
          {
            uid,
            folderUID: namespace_uid,
            ruleGroup: name,
            ...given({
              title,
              condition,
              data,
              provenance,
              for: rule.for,
              keep_firing_for: rule.keep_firing_for,
              labels: rule.labels,
              annotations: rule.annotations,
              noDataState: states.no_data_state,
              execErrState: states.exec_err_state,
              isPaused: states.is_paused,
            }),
          },
        ];
      }),
    );
}

function given<T extends object>(fields: T): { [Name in keyof T]?: NonNullable<T[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: NonNullable<T[Name]>;
  };
}
