import { AppPlugin } from '@grafana/data';
import { lazy } from 'react';

const App = lazy(() => import('./app/app.tsx'));

export const plugin = new AppPlugin().setRootPage(App);
