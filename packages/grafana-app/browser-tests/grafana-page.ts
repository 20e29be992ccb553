import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Host, type HostOptions, startHost } from '../host/host-server.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const ID = 'uat-tracing-app';

/** The plugin in Chromium, in front of a host of its own. */
export interface GrafanaPage {
  readonly host: Host;
  readonly page: Page;
  /** Opens a page of the plugin: `/services`, or, from the root, `/plugins/…`. */
  open(path: string): Promise<void>;
  /** Errors, refused resources, requests to elsewhere and calls of an API that the host does not know. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

function chromiumPath(): string {
  const path = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
  if (path !== undefined && existsSync(path)) return path;
  throw new Error(`no Chromium at ${path ?? PLACES.join(', ')}: install it, or set CHROMIUM to its path`);
}

export async function openGrafanaPage(
  options: HostOptions & { readonly viewport?: { readonly width: number; readonly height: number } },
): Promise<GrafanaPage> {
  const host = await startHost(options);
  const profile = mkdtempSync(join(tmpdir(), 'grafana-app-profile-'));
  let context: BrowserContext;
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath(),
      headless: true,
      args: ARGUMENTS,
      viewport: options.viewport ?? { width: 1280, height: 900 },
      timezoneId: 'UTC',
      locale: 'en-US',
      reducedMotion: 'reduce',
    });
  } catch (error) {
    await host.close();
    throw error;
  }
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // What the host answers is looked at by itself.
    if (!/status of \d{3}/.test(message.text())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(host.url) && !/^(data|blob):/.test(request.url())) {
      complaints.push(`request to ${request.url()}`);
    }
  });
  return {
    host,
    page,
    complaints: () => [...complaints, ...host.unknown.map((request) => `the host does not know ${request}`)],
    async open(path) {
      const place = /^\/(plugins|d|a)\//.test(path) ? path : `/a/${ID}${path === '/' ? '' : path}`;
      await page.goto(`${host.url}${place}`);
      await page.locator('main').waitFor();
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
      await host.close();
    },
  };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What axe finds against WCAG 2.2 AA in the plugin's own part of the page; what @grafana/ui's own parts do wrong in
 * themselves is left out by rule and element, each with its reason.
 *
 * @returns one line a finding
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has put itself there
    const { violations } = await (globalThis as any).axe.run('main', {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return violations.flatMap(
      ({ id, nodes }: { id: string; nodes: { target: unknown; html: string; failureSummary: string }[] }) =>
        nodes.map(
          ({ target, html, failureSummary }) =>
            `${id}: ${String(target)}: ${failureSummary.replaceAll('\n', ' ')} ${html.slice(0, 160)}`,
        ),
    );
  });
}
