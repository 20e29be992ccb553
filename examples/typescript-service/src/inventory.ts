/** Knows what is on the shelves; some are far away, and one has fallen over. */
import { setTimeout as pause } from 'node:timers/promises';
import { initTracing, withSpan } from '@uat/tracing-sdk';
import { announce } from './parent-process.ts';
import { serve } from './serve.ts';

initTracing('inventory');

const port = await serve({
  'GET /stock/:sku': ({ sku = '' }) =>
    withSpan('look at shelf', { 'stock.sku': sku }, async (span) => {
      const far = sku.startsWith('FAR-');
      span.setAttribute('stock.shelf', far ? 'basement' : 'front');
      await pause(far ? 450 : 8);
      if (sku.startsWith('GONE-')) throw new Error(`shelf of ${sku} has fallen over`);
      return { sku, left: 7 };
    }),
});
announce(port);
