import { ApiProperty } from '@nestjs/swagger';
import type { Attributes } from './query/line-id.js';

/** Warnings that a shopper needs before buying a line. */
const LINE_NOTICES = ['price-changed', 'insufficient-stock', 'unavailable', 'quantity-rule'] as const;
export type LineNotice = (typeof LINE_NOTICES)[number];

export class LineDto {
  @ApiProperty({
    description: 'The id in the path of the line: the sku, or a hash of sku and attributes.',
    example: 'TEA-GREEN-100',
  })
  id!: string;

  @ApiProperty({ example: 'TEA-GREEN-100' })
  sku!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'The options of the line, such as an engraving. `{}` without.',
    example: {},
  })
  attributes!: Attributes;

  @ApiProperty({ example: 'Green tea' })
  name!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 2 })
  quantity!: number;

  @ApiProperty({
    type: 'integer',
    description: 'The current price. In a frozen basket and in an order: the pinned one.',
    example: 450,
  })
  unitPriceMinor!: number;

  @ApiProperty({ type: 'integer', description: 'The price when the line was first added.', example: 430 })
  unitPriceMinorWhenAdded!: number;

  @ApiProperty({ type: 'integer', example: 900 })
  lineTotalMinor!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 0,
    description:
      'With the notice `insufficient-stock`: the pieces of the product that this basket can have, over all its lines. Else null.',
    example: null,
  })
  available!: number | null;

  @ApiProperty({ enum: LINE_NOTICES, isArray: true, example: ['price-changed'] })
  notices!: LineNotice[];
}
