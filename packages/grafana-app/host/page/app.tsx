import { AppEvents, createTheme, ThemeContext } from '@grafana/data';
import { config, LocationServiceProvider, locationService } from '@grafana/runtime';
import { Alert, GlobalStyles, PortalContainer } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { Router } from 'react-router-dom';
import { CompatRouter, Link, Route, Routes, useLocation } from 'react-router-dom-v5-compat';
import { AppPage, ConfigPage } from './app-page.tsx';
import { bootData } from './boot-data.ts';
import { DashboardPage } from './dashboard-page.tsx';
import { navigationFor } from './navigation.ts';
import { appEvents } from './services.ts';

const theme = createTheme({ colors: { mode: bootData.user.lightTheme ? 'light' : 'dark' } });
Object.assign(config, { theme2: theme, theme: theme.v1 });

/** Grafana's own pages are not here: what leads to them says so, and can be looked at. */
function Elsewhere() {
  const { pathname, search } = useLocation();
  return (
    <div style={{ padding: 24 }}>
      <h1>A page of Grafana itself</h1>
      <p data-testid="elsewhere">{`${pathname}${search}`}</p>
    </div>
  );
}

interface Toast {
  readonly severity: 'success' | 'warning' | 'error';
  readonly texts: readonly string[];
}

function Toasts() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  useEffect(() => {
    const kinds = [
      [AppEvents.alertSuccess, 'success'],
      [AppEvents.alertWarning, 'warning'],
      [AppEvents.alertError, 'error'],
    ] as const;
    const subscriptions = kinds.map(([{ name }, severity]) =>
      appEvents
        .getStream({ type: name } as never)
        .subscribe(({ payload }: { payload?: unknown }) =>
          setToasts((before) => [...before, { severity, texts: [payload].flat().map(String) }]),
        ),
    );
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    };
  }, []);
  return (
    <div style={{ position: 'fixed', right: 16, top: 48, width: 380, zIndex: 2000 }}>
      {toasts.map(({ severity, texts }, index) => (
        <Alert
          // biome-ignore lint/suspicious/noArrayIndexKey: they are only ever added
          key={index}
          severity={severity}
          title={texts[0] ?? ''}
          onRemove={() => setToasts((before) => before.filter((_, other) => other !== index))}
        >
          {texts.slice(1).join(' ')}
        </Alert>
      ))}
    </div>
  );
}

export function App() {
  const { colors, typography } = theme;
  return (
    <ThemeContext.Provider value={theme}>
      <LocationServiceProvider service={locationService}>
        <GlobalStyles />
        <Router history={locationService.getHistory()}>
          <CompatRouter>
            <div
              style={{
                display: 'flex',
                minHeight: '100vh',
                background: colors.background.canvas,
                fontFamily: typography.fontFamily,
              }}
            >
              <nav
                aria-label="Grafana"
                style={{
                  width: 180,
                  flexShrink: 0,
                  padding: 16,
                  borderRight: `1px solid ${colors.border.weak}`,
                  background: colors.background.primary,
                }}
              >
                {navigationFor(bootData.user.orgRole).map(({ text, url }) => (
                  <div key={url} style={{ padding: '6px 0' }}>
                    <Link to={url} style={{ color: colors.text.primary }}>
                      {text}
                    </Link>
                  </div>
                ))}
              </nav>
              <main style={{ flexGrow: 1, minWidth: 0, background: colors.background.primary }}>
                <Routes>
                  <Route path="/a/:pluginId/*" element={<AppPage />} />
                  <Route path="/plugins/:pluginId" element={<ConfigPage />} />
                  <Route path="/d/:uid/*" element={<DashboardPage />} />
                  <Route path="*" element={<Elsewhere />} />
                </Routes>
              </main>
            </div>
            <Toasts />
            <PortalContainer />
          </CompatRouter>
        </Router>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}
