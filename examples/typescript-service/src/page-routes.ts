import { readFileSync } from 'node:fs';
import { Content, type Routes } from './serve.ts';

const file = (name: string): string => readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8');

/**
 * The page with the WebSocket client. It runs its own script and nothing else, and talks to this service and to that one
 * WebSocket.
 *
 * @param websocketUrl as a browser reaches it
 */
export function pageRoutes(websocketUrl: string): Routes {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    'img-src data:',
    `connect-src 'self' ${new URL(websocketUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  const serve = (name: string, type: string): (() => Promise<Content>) => {
    const content = new Content(file(name), {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    });
    return async () => content;
  };
  return {
    'GET /': serve('index.html', 'text/html'),
    'GET /page.css': serve('page.css', 'text/css'),
    'GET /page.js': serve('page.js', 'text/javascript'),
  };
}
