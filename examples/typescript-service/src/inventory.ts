/** The inventory in a process of its own. */
import { initTracing } from '@uat/tracing-sdk';
import { inventoryRoutes } from './inventory-routes.ts';
import { announce } from './parent-process.ts';
import { serve } from './serve.ts';

initTracing('inventory');

const { port } = await serve(inventoryRoutes);
announce(port);
