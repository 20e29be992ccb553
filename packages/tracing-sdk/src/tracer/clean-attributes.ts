import { type Attributes, type AttributeValue, diag } from '@opentelemetry/api';
import { cleanAttributes as cleanAnyAttributes } from '@opentelemetry/core';
import type { SpanLimits } from '../types.ts';

export interface CleanAttributes {
  attributes: Attributes;
  droppedAttributesCount: number;
}

/**
 * The attributes a span may start with: a copy, `undefined` values left out, limits applied.
 *
 * Strings, numbers and booleans, which nearly all attributes are, take the short way (15 ns each). Anything else goes
 * through core's `cleanAttributes`, which validates nested values (75 ns each; the stock tracer runs it twice).
 */
export function cleanAttributes(given: Attributes, limits: Required<SpanLimits>): CleanAttributes {
  if (limits.attributeValueLengthLimit === Number.POSITIVE_INFINITY) {
    const attributes: Attributes = {};
    let count = 0;
    let plain = true;
    for (const key in given) {
      const value = given[key];
      const type = typeof value;
      if ((type === 'string' || type === 'number' || type === 'boolean') && key !== '') {
        attributes[key] = value as AttributeValue;
        count++;
      } else if (type !== 'undefined') {
        plain = false;
        break;
      }
    }
    if (plain && count <= limits.attributeCountLimit) return { attributes, droppedAttributesCount: 0 };
  }
  try {
    const { attributes = {}, droppedAttributesCount = 0 } = cleanAnyAttributes(given, limits);
    return { attributes: attributes as Attributes, droppedAttributesCount };
  } catch (error) {
    // Nested too deep to look through, or a getter of the app's that throws.
    diag.warn('Attributes of a new span were left out.', error);
    const simple = Object.entries(given).filter(([, value]) => typeof value !== 'object');
    return {
      attributes: Object.fromEntries(simple),
      droppedAttributesCount: Object.keys(given).length - simple.length,
    };
  }
}
