import { startTraceViewer, type TraceViewer, type ViewedTrace } from '../start-trace-viewer.ts';
import { wantsColours } from '../terminal/colours.ts';
import { renderWaterfall } from '../terminal/waterfall.ts';
import { toOtlpJson } from '../traces/otlp-json.ts';
import { type ChildCommand, startCommand } from './child-command.ts';
import { openInBrowser } from './open-in-browser.ts';
import type { CliOptions } from './options.ts';

/** Wider lines are not read. */
const MAX_WIDTH = 140;

/**
 * Runs until a signal comes, the condition is met or timed out, or, where the output is for programs, the command ends.
 *
 * @returns the exit code
 */
export async function runCli(options: CliOptions): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  // What is for people goes to stderr where stdout is for programs.
  const say = (text: string): void => {
    const stream = options.output === 'none' ? process.stdout : process.stderr;
    stream.write(`${text}\n`);
  };
  stopOnSignals(stopping);
  const viewer = await start(options);
  let command: ChildCommand | undefined;
  try {
    print(viewer, options, stopping);
    say(`Traces: ${viewer.url}  (send OTLP/HTTP there; Ctrl-C ends it)`);
    if (options.open) openInBrowser(viewer.url, say);
    const met = options.until === undefined ? undefined : waitUntil(viewer, options, signal, say);
    if (options.command.length > 0) {
      command = startCommand(options.command, viewer.url, options.output !== 'none');
    }
    const ended = command?.ended.then(async (code) => {
      if (options.output === 'none' && met === undefined) {
        say(`${options.command[0]} ended with code ${code}; its traces stay at ${viewer.url} until Ctrl-C.`);
        await untilAborted(signal);
      }
      return code;
    });
    return await Promise.race([
      // Stopped before the condition was met: whoever waits for it must not read that as success.
      untilAborted(signal).then(() => (met === undefined ? 0 : 1)),
      ...(met === undefined ? [] : [met]),
      ...(ended === undefined
        ? []
        : [
            ended.then((code) => {
              // What it sent at its end has arrived by now: exporters wait for the answer.
              viewer.finishAll();
              if (met === undefined) return code;
              say(`${options.command[0]} ended with code ${code} before '${options.until}' was met.`);
              return 1;
            }),
          ]),
    ]);
  } finally {
    stopping.abort();
    await command?.stop();
    viewer.finishAll();
    await viewer.close();
  }
}

async function start(options: CliOptions): Promise<TraceViewer> {
  try {
    return await startTraceViewer(
      options.port === undefined ? withoutPort(options) : { ...options, port: options.port },
    );
  } catch (error) {
    // A command is told the port; who sends from elsewhere expects 4318.
    const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (!isTaken || options.port !== undefined || options.command.length === 0) throw error;
    return startTraceViewer({ ...options, port: 0 });
  }
}

function withoutPort({ port: _, ...rest }: CliOptions) {
  return rest;
}

function print(viewer: TraceViewer, { output }: CliOptions, stopping: AbortController): void {
  if (output === 'none') return;
  // Whoever read our output (`trace-viewer --json | head`) has gone.
  process.stdout.on('error', () => stopping.abort());
  const colours = wantsColours(process.stdout, process.env);
  viewer.onFinished(({ spans }: ViewedTrace) => {
    const text =
      output === 'json'
        ? JSON.stringify(toOtlpJson(spans))
        : `${renderWaterfall(spans, { width: Math.min(MAX_WIDTH, process.stdout.columns ?? 100), colours })}\n`;
    process.stdout.write(`${text}\n`);
  });
}

async function waitUntil(
  viewer: TraceViewer,
  { until = '', timeoutMillis }: CliOptions,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<number> {
  try {
    const trace = await viewer.waitForTrace(until, { timeoutMillis, signal });
    say(`'${until}' is met by trace ${trace.traceId}.`);
    return 0;
  } catch (error) {
    if (!signal.aborted) process.stderr.write(`trace-viewer: ${(error as Error).message}\n`);
    return 1;
  }
}

function stopOnSignals(stopping: AbortController): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The second time: at once.
      if (stopping.signal.aborted) process.exit(130);
      stopping.abort(signal);
    });
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
