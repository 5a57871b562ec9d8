import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { AddLineDto, ChangeQuantityDto } from '../../src/basket/basket.dto.js';

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

const sku = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 95, maxLength: 105 }),
  fc.constantFrom('\0', '\ud800', '\u007f', 'é', '😀'.repeat(51)),
  fc.jsonValue(),
);
const quantity = fc.oneof(
  fc.integer({ min: -2, max: 9 }),
  fc.constantFrom(2_147_483_647, 2_147_483_648, 1.5, -0, Infinity, NaN, '1', true, null),
  fc.jsonValue(),
);
const attributes = fc.oneof(
  fc.dictionary(fc.string({ maxLength: 41 }), fc.string({ maxLength: 3 })),
  fc.dictionary(
    fc.constantFrom('engraving', 'size'),
    fc.oneof(fc.string({ maxLength: 501 }), fc.jsonValue()),
  ),
  fc.constantFrom(null, {}, { size: '\ud800' }, { size: '\0' }),
  fc.jsonValue(),
);
const member = fc.record({ price: fc.integer() }, { requiredKeys: [] });
const bodies = fc.oneof(
  { weight: 9, arbitrary: fc.record({ sku, quantity, attributes }, { requiredKeys: ['sku', 'quantity'] }) },
  fc.record({ sku, quantity }, { requiredKeys: [] }),
  fc.record({ quantity }),
  fc.tuple(fc.record({ sku, quantity }), member).map(([line, more]) => ({ ...line, ...more })),
);

describe('the fast check of a body', () => {
  it.each([AddLineDto, ChangeQuantityDto])('accepts only bodies that the decorators of %p accept', (dto) => {
    let accepted = 0;

    fc.assert(
      fc.property(bodies, (body) => {
        if (!dto.accepts(body)) return;
        accepted += 1;
        expect(validateSync(plainToInstance<object, object>(dto, body), OPTIONS)).toEqual([]);
      }),
      { seed: 20_261_127, numRuns: 3_000 },
    );

    expect(accepted).toBeGreaterThan(100);
  });
});
