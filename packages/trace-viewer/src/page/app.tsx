import type { JSX } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ViewerStatus } from '../wire/api.ts';
import { CompareView } from './compare-view.tsx';
import { DatabasesView } from './databases-view.tsx';
import { DropFile, importFile } from './drop-file.tsx';
import { formatBytes, formatCount, formatRate, plural } from './formats.ts';
import { MapView } from './map-view.tsx';
import { go, Link, type Place, usePlace } from './router.tsx';
import { failureMessage, postJson, useStatus } from './server-data.ts';
import { ServicesView } from './services-view.tsx';
import { ShortcutHelp, useShortcuts } from './shortcuts.tsx';
import { chosenTheme, nextTheme } from './theme.ts';
import { TraceView } from './trace-view.tsx';
import { TracesView } from './traces-view.tsx';

const VIEWS = [
  ['/', 'Traces'],
  ['/services', 'Services'],
  ['/map', 'Map'],
  ['/databases', 'Databases'],
] as const;

export function App(): JSX.Element {
  const place = usePlace();
  const status = useStatus();
  const [paused, setPaused] = useState(false);
  const [help, setHelp] = useState(false);
  const [theme, setTheme] = useState(chosenTheme);
  const [message, setMessage] = useState<string>();
  const say = useCallback((text: string) => setMessage(text), []);
  const endMessage = useCallback(() => setMessage(undefined), []);
  // The status comes four times a second: views that do not show it are left as they are.
  const shownStatus = isTraceList(place) ? status : undefined;
  const view = useMemo(() => viewOf(place, shownStatus, paused), [place, shownStatus, paused]);
  useShortcuts({
    '?': () => setHelp(true),
    p: () => setPaused((before) => !before),
    t: () => setTheme(nextTheme()),
    '/': () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
    ...Object.fromEntries(VIEWS.map(([path], index) => [String(index + 1), () => go(path)])),
  });
  return (
    <div class="app">
      <Header place={place} status={status} paused={paused} onPause={() => setPaused(!paused)}>
        <ImportButton onDone={say} />
        <button
          type="button"
          title="Forget all traces and figures"
          onClick={async () => {
            try {
              await postJson('/api/clear');
              go('/');
            } catch (error) {
              say(`Nothing was forgotten: ${failureMessage(error)}`);
            }
          }}
        >
          Clear
        </button>
        <button type="button" title="Light, dark, or as the system (t)" onClick={() => setTheme(nextTheme())}>
          {theme === 'system' ? 'Auto' : theme === 'light' ? 'Light' : 'Dark'}
        </button>
        <button
          type="button"
          title="Keys and search (?)"
          aria-label="Keys and search"
          onClick={() => setHelp(true)}
        >
          ?
        </button>
      </Header>
      <main>{view}</main>
      <Footer status={status} />
      {message !== undefined && <Toast message={message} onEnd={endMessage} />}
      {help && <ShortcutHelp onClose={() => setHelp(false)} />}
      <DropFile onDone={say} />
    </div>
  );
}

function isTraceList({ path }: Place): boolean {
  const view = path.split('/')[1] ?? '';
  return !['trace', 'compare', 'services', 'map', 'databases'].includes(view);
}

function viewOf(place: Place, status: ViewerStatus | undefined, paused: boolean): JSX.Element {
  const [, view, first = '', second = ''] = place.path.split('/');
  switch (view) {
    case 'trace':
      return <TraceView key={first} traceId={first} place={place} />;
    case 'compare':
      return <CompareView key={`${first}/${second}`} a={first} b={second} />;
    case 'services':
      return <ServicesView place={place} paused={paused} />;
    case 'map':
      return <MapView place={place} paused={paused} />;
    case 'databases':
      return <DatabasesView place={place} paused={paused} />;
    default:
      return <TracesView place={place} status={status} paused={paused} />;
  }
}

interface HeaderProps {
  readonly place: Place;
  readonly status: ViewerStatus | undefined;
  readonly paused: boolean;
  readonly onPause: () => void;
  readonly children: JSX.Element[];
}

function Header({ place, status, paused, onPause, children }: HeaderProps): JSX.Element {
  const isTraces = ['/', '/trace', '/compare'].some(
    (path) => place.path === path || (place.path.startsWith(`${path}/`) && path !== '/'),
  );
  return (
    <header class="top">
      <Link to="/" class="brand" label="Trace viewer, all traces">
        <img src="/assets/icon.svg" alt="" width="20" height="20" />
        <span>Trace viewer</span>
      </Link>
      <nav aria-label="Views">
        {VIEWS.map(([path, name]) => (
          <Link key={path} to={path} current={path === '/' ? isTraces : place.path === path}>
            {name}
          </Link>
        ))}
      </nav>
      <div class="top-right">
        <button
          type="button"
          class={`live ${status === undefined ? 'off' : paused ? 'paused' : 'on'}`}
          aria-pressed={paused}
          title="Pause and go on (p)"
          onClick={onPause}
        >
          <span class="dot" aria-hidden="true" />
          {status === undefined
            ? 'Not connected'
            : paused
              ? 'Paused'
              : `Live, ${formatRate(status.spansPerSecond).replace('/s', '')} spans/s`}
        </button>
        {children}
      </div>
    </header>
  );
}

function ImportButton({ onDone }: { readonly onDone: (message: string) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        title="Look at a file of OTLP JSON; or drop it on the page"
        onClick={() => input.current?.click()}
      >
        Open file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,.jsonl,.ndjson,application/json"
        hidden
        aria-label="File of OTLP JSON"
        onChange={async ({ currentTarget }) => {
          for (const file of currentTarget.files ?? []) onDone(await importFile(file));
          currentTarget.value = '';
        }}
      />
    </>
  );
}

function Footer({ status }: { readonly status: ViewerStatus | undefined }): JSX.Element {
  if (status === undefined) {
    return (
      <footer class="bottom warn">
        The viewer does not answer. Is it still running? The page connects again by itself.
      </footer>
    );
  }
  const {
    spans,
    maxSpans,
    bytes,
    maxBytes,
    traces,
    evictedTraces,
    droppedSpans,
    refused,
    lastRefusal,
    overflow,
  } = status;
  const full = Math.max(spans / maxSpans, bytes / maxBytes);
  return (
    <footer class="bottom">
      <span class="meter" title="How much of what may be held is held">
        <meter min={0} max={1} value={full} aria-label="Memory in use">
          {Math.round(full * 100)} %
        </meter>
        {formatCount(spans)} of {formatCount(maxSpans)} spans, {formatBytes(bytes)} of {formatBytes(maxBytes)}
      </span>
      <span>{plural(traces, 'trace')}</span>
      {evictedTraces > 0 && (
        <span
          class="note"
          title="Memory is bounded: the trace that came first goes first. --max-spans and --max-mib hold more."
        >
          {plural(evictedTraces, 'older trace')} made room for newer ones
        </span>
      )}
      {droppedSpans > 0 && (
        <span class="warn">
          {plural(droppedSpans, 'span')} of a trace that fills the memory alone were dropped
        </span>
      )}
      {overflow > 0 && <span class="warn">{plural(overflow, 'call')} not counted: too many names</span>}
      {refused > 0 && (
        <span class="warn" title={lastRefusal}>
          {plural(refused, 'export')} refused, the last with {lastRefusal}
        </span>
      )}
      <span class="endpoint">
        OTLP/HTTP <code>{status.endpoint}</code>
      </span>
    </footer>
  );
}

function Toast({ message, onEnd }: { readonly message: string; readonly onEnd: () => void }): JSX.Element {
  useEffect(() => {
    const timer = setTimeout(onEnd, 8000);
    return () => clearTimeout(timer);
  }, [message, onEnd]);
  return (
    <div class="toast" role="status">
      {message}
      <button type="button" class="plain" aria-label="Close message" onClick={onEnd}>
        ✕
      </button>
    </div>
  );
}
