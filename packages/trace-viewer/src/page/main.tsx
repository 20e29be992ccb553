import { render } from 'preact';
import { App } from './app.tsx';
import './style/base.css';
import './style/traces.css';
import './style/waterfall.css';
import './style/figures.css';
import { applyTheme } from './theme.ts';

applyTheme();
render(<App />, document.getElementById('page') as HTMLElement);
