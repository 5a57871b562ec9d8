import { ApiProperty } from '@nestjs/swagger';
import type { FieldError } from '../../http/input/validation.pipe.js';
import { findProductsErrors, MAX_PRODUCTS } from './find-products-errors.js';
import { ImportedProductDto } from './imported-product.dto.js';

/** In bytes. */
export const PRODUCTS_BODY_LIMIT = 2_097_152;

export class SaveProductsDto {
  @ApiProperty({
    type: [ImportedProductDto],
    minItems: 1,
    maxItems: MAX_PRODUCTS,
    description: 'Each sku once.',
    example: [
      { sku: 'TEA-GREEN-100', name: 'Green tea', unitPriceMinor: 450, stock: 20 },
      { sku: 'CUP-WHITE', stockChange: -2 },
    ],
  })
  products!: ImportedProductDto[];

  static findErrors(this: void, body: unknown): FieldError[] {
    return findProductsErrors(body);
  }
}

export class SavedProductsDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'The number of new products.', example: 1 })
  created!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'The number of products that existed before, also of those without a change.',
    example: 1,
  })
  updated!: number;
}
