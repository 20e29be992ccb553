/** The checkout in a process of its own. */
import { initTracing } from '@uat/tracing-sdk';
import { checkoutRoutes } from './checkout-routes.ts';
import { announce } from './parent-process.ts';
import { serve } from './serve.ts';

initTracing('checkout');

const { port } = await serve(checkoutRoutes(process.env.INVENTORY_URL ?? 'http://127.0.0.1:3001'));
announce(port);
