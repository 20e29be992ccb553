import { describe, expect, test } from 'vitest';
import { schemaErrors } from '../../test/grafana-schema.ts';
import { PRINTED } from '../../test/printed-dashboards.ts';
import { panelUrl } from '../links.ts';
import { panelsIn } from '../lint/dashboard-json.ts';
import { DASHBOARDS, PANELS, type PanelName } from '../panels.ts';

describe("Grafana's schema", () => {
  test('knows every field, and each is of its type', () => {
    expect(schemaErrors(PRINTED)).toEqual([]);
  }, 60_000);

  test.each([
    ['a field that it does not know', { refreshInterval: '30s' }],
    ['a value that it does not know', { graphTooltip: 7 }],
    [
      'a panel with a wrong option',
      { panels: [{ ...PRINTED[0]!.panels[1]!, options: { graphMode: 'bars' } }] },
    ],
    ['a panel without a type', { panels: [{ ...PRINTED[0]!.panels[1]!, type: undefined }] }],
  ])(
    'would find %s',
    (_what, change) => {
      expect(schemaErrors([{ ...PRINTED[0]!, ...change } as never])).not.toEqual([]);
    },
    60_000,
  );
});

test.each(Object.keys(PANELS) as PanelName[])('the link of an alert to %s leads to a panel', (name) => {
  const { dashboard, title } = PANELS[name];
  const url = new URL(panelUrl(name, 'service_name').replace(/\{\{.*\}\}/, 'checkout'));
  const printed = PRINTED.find(({ uid }) => url.pathname === `/d/${uid}`);
  expect(printed?.uid).toBe(DASHBOARDS[dashboard]);
  const panels = panelsIn(printed!).filter(({ id }) => url.searchParams.get('viewPanel') === `panel-${id}`);
  expect(panels.map((panel) => panel.title)).toEqual([title]);
  expect(url.searchParams.get('var-service')).toBe('checkout');
});

test('ids below 100 are those of alerts', () => {
  for (const { uid, panels, ...rest } of PRINTED) {
    const own = Object.values(PANELS).filter(({ dashboard }) => DASHBOARDS[dashboard] === uid);
    const low = panelsIn({ uid, panels, ...rest }).filter(({ id }) => id < 100);
    expect(low.map(({ id }) => id).sort(), uid).toEqual(own.map(({ id }) => id).sort());
  }
});
