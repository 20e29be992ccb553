import type { AppRootProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, type ReactNode, Suspense } from 'react';
import { Route, Routes } from 'react-router';
import HomePage from './home/home-page.tsx';
import { TracingProvider } from './page/tracing-context.tsx';

const ServicesPage = lazy(() => import('./services/services-page.tsx'));
const ServicePage = lazy(() => import('./services/service-page.tsx'));
const VectorDbPage = lazy(() => import('./vector-db/vector-db-page.tsx'));
const AlertsPage = lazy(() => import('./alerts/alerts-page.tsx'));

export default function App({ meta }: AppRootProps) {
  return (
    <TracingProvider jsonData={meta.jsonData}>
      <Routes>
        <Route path="services" element={<Page of={<ServicesPage />} />} />
        <Route path="services/:service" element={<Page of={<ServicePage />} />} />
        <Route path="vector-db" element={<Page of={<VectorDbPage />} />} />
        <Route path="alerts" element={<Page of={<AlertsPage />} />} />
        <Route path="*" element={<HomePage />} />
      </Routes>
    </TracingProvider>
  );
}

function Page({ of }: { readonly of: ReactNode }) {
  return <Suspense fallback={<LoadingPlaceholder text={t('loading.text', 'Loading ...')} />}>{of}</Suspense>;
}
