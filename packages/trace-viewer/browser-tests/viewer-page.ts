import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { ReceivedSpan } from '../src/receiver/otlp-parts.ts';
import { startTraceViewer, type TraceViewer, type TraceViewerOptions } from '../src/start-trace-viewer.ts';
import { toOtlpJson } from '../src/traces/otlp-json.ts';
import { type Chromium, openChromium } from './chromium.ts';

export interface ViewerPage {
  readonly viewer: TraceViewer;
  readonly page: Page;
  send(spans: readonly ReceivedSpan[]): Promise<void>;
  /** Opens a view, and waits for what is named. */
  show(path: string, ready: string): Promise<void>;
  /** Errors, refused resources and requests to elsewhere, which must not be. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openViewerPage(
  options: { readonly viewer?: TraceViewerOptions; readonly browser?: BrowserContextOptions } = {},
): Promise<ViewerPage> {
  const viewer = await startTraceViewer({ port: 0, quietMillis: 200, ...options.viewer });
  let chromium: Chromium;
  try {
    chromium = await openChromium({ permissions: ['clipboard-read', 'clipboard-write'], ...options.browser });
  } catch (error) {
    await viewer.close();
    throw error;
  }
  const page = await chromium.context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(viewer.url)) complaints.push(`request to ${request.url()}`);
  });
  return {
    viewer,
    page,
    complaints,
    async send(spans) {
      const response = await fetch(`${viewer.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(toOtlpJson(spans)),
      });
      expect(response.status).toBe(200);
    },
    async show(path, ready) {
      await page.goto(`${viewer.url}${path}`);
      await page.waitForSelector(ready);
    },
    async close() {
      await chromium.close();
      await viewer.close();
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @returns what axe finds against WCAG 2.2 AA and its best practices, one line each */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has put itself there
    const { violations } = await (globalThis as any).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(
      ({ id, nodes }: { id: string; nodes: { target: unknown; failureSummary: string }[] }) =>
        nodes.map(
          ({ target, failureSummary }) => `${id}: ${String(target)}: ${failureSummary.replaceAll('\n', ' ')}`,
        ),
    );
  });
}
