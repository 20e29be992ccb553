/** Takes orders: prices them, asks the inventory for each item, charges the card. */
import { initTracing, withSpan } from '@uat/tracing-sdk';
import { announce } from './parent-process.ts';
import { HttpError, serve } from './serve.ts';

initTracing('checkout');

const INVENTORY_URL = process.env.INVENTORY_URL ?? 'http://127.0.0.1:3001';

interface Order {
  readonly items: readonly string[];
  readonly card: string;
}

const port = await serve({
  'POST /orders': async (_, body) => {
    const { items, card } = body as Order;
    const total = await withSpan('price cart', { 'cart.items': items.length }, () => price(items));
    await Promise.all(items.map(reserve));
    await withSpan('charge card', { 'payment.amount': total, 'payment.currency': 'EUR' }, () => charge(card));
    return { status: 'placed', total };
  },
});
announce(port);

async function price(items: readonly string[]): Promise<number> {
  await pause(4);
  return items.length * 20;
}

async function reserve(sku: string): Promise<void> {
  const response = await fetch(`${INVENTORY_URL}/stock/${encodeURIComponent(sku)}`);
  const { error } = (await response.json()) as { error?: string };
  if (!response.ok) throw new HttpError(502, `inventory has no answer for ${sku}: ${error}`);
}

class CardDeclined extends HttpError {
  override readonly name = 'CardDeclined';
}

async function charge(card: string): Promise<void> {
  await pause(25);
  if (card === 'declined') throw new CardDeclined(402, 'the bank says no');
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
