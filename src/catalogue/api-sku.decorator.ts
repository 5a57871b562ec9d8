import { ApiParam } from '@nestjs/swagger';
import { SKU_SCHEMA } from './sku.js';

/**
 * Documents a sku, or the id of a line, in a path. `stored` also allows a sku that only an earlier
 * version accepted.
 */
export function ApiSku(which: 'accepted' | 'stored' = 'accepted', name = 'sku'): MethodDecorator {
  const { minLength, maxLength, pattern } = SKU_SCHEMA;
  const text = { type: 'string' as const, minLength, maxLength, example: 'TEA-GREEN-100' };
  return ApiParam({ name, schema: which === 'accepted' ? { ...text, pattern } : text });
}
