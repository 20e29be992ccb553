import type { NavModelItem } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { Tab, TabsBar, Text } from '@grafana/ui';
import { useLocation } from 'react-router-dom-v5-compat';
import { pageTitle } from './navigation.ts';

/** Grafana's frame around a page of a plugin: title, text below it, what is to the right of it, tabs. */
export function PluginPage({ pageNav, subTitle, info, actions, renderTitle, children }: PluginPageProps) {
  const { pathname } = useLocation();
  const title = pageNav?.text ?? pageTitle(pathname);
  const below = subTitle ?? pageNav?.subTitle;
  const tabs: NavModelItem[] = pageNav?.children?.filter(({ hideFromTabs }) => !hideFromTabs) ?? [];
  return (
    <div style={{ padding: 24, display: 'flex', flexDirection: 'column', gap: 16 }}>
      <div style={{ display: 'flex', justifyContent: 'space-between', gap: 16, flexWrap: 'wrap' }}>
        <div>
          {renderTitle?.(title) ?? <Text element="h1">{title}</Text>}
          {below && (
            <Text element="p" color="secondary">
              {below}
            </Text>
          )}
        </div>
        <div>
          {info?.map(({ label, value }) => (
            <div key={label}>
              {label}: {value}
            </div>
          ))}
          {actions}
        </div>
      </div>
      {tabs.length > 0 && (
        <TabsBar>
          {tabs.map(({ text, url, active }) => (
            <Tab key={url} label={text} href={url} active={active} />
          ))}
        </TabsBar>
      )}
      {children}
    </div>
  );
}
