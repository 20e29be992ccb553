import { setTimeout as pause } from 'node:timers/promises';
import { withSpan } from '@uat/tracing-sdk';
import type { Routes } from './serve.ts';

/** Knows what is on the shelves; some are far away, and one has fallen over. */
export const inventoryRoutes: Routes = {
  'GET /stock/:sku': ({ sku = '' }) =>
    withSpan('look at shelf', { 'stock.sku': sku }, async (span) => {
      const far = sku.startsWith('FAR-');
      span.setAttribute('stock.shelf', far ? 'basement' : 'front');
      await pause(far ? 450 : 8);
      if (sku.startsWith('GONE-')) throw new Error(`shelf of ${sku} has fallen over`);
      return { sku, left: 7 };
    }),
};
