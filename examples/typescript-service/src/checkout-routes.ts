import { withSpan } from '@uat/tracing-sdk';
import { HttpError, type Routes } from './serve.ts';

interface Order {
  readonly items: readonly string[];
  readonly card: string;
}

/** Takes orders: prices them, asks the inventory for each item, charges the card. */
export function checkoutRoutes(inventoryUrl: string): Routes {
  return {
    'POST /orders': async (_, body) => {
      const { items, card } = readOrder(body);
      const total = await withSpan('price cart', { 'cart.items': items.length }, () => price(items));
      await Promise.all(items.map((sku) => reserve(inventoryUrl, sku)));
      await withSpan('charge card', { 'payment.amount': total, 'payment.currency': 'EUR' }, () =>
        charge(card),
      );
      return { status: 'placed', total };
    },
  };
}

function readOrder(body: unknown): Order {
  const { items, card } = (body ?? {}) as Partial<Order>;
  if (!Array.isArray(items) || !items.every((sku) => typeof sku === 'string') || typeof card !== 'string')
    throw new HttpError(400, 'an order is {"items": ["A-17"], "card": "good"}');
  return { items, card };
}

async function price(items: readonly string[]): Promise<number> {
  await pause(4);
  return items.length * 20;
}

async function reserve(inventoryUrl: string, sku: string): Promise<void> {
  const response = await fetch(`${inventoryUrl}/stock/${encodeURIComponent(sku)}`);
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
