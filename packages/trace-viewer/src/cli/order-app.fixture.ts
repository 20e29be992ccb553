/** An app as users write them: one order, then it ends. Ends with the code that it is given. */
import { initTracing, withSpan } from '@uat/tracing-sdk';

initTracing('checkout');
await withSpan('place order', { 'cart.items': 2 }, () => withSpan('charge card', {}, async () => {}));
console.log('order placed');
process.exitCode = Number(process.argv[2] ?? 0);
