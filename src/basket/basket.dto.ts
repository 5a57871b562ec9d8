import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { isInt, MAX_INT } from '../http/input/max-int.js';
import { MergeReportDto } from '../auth/event/merge-report.dto.js';
import { isSku } from '../catalogue/sku.js';
import { IsSku } from '../catalogue/sku.pipe.js';
import { AttributesProperty } from './attributes-property.decorator.js';
import { isAttributes } from './query/attributes.js';
import type { Metadata } from './query/basket-snapshot.js';
import { LineDto } from './line.dto.js';
import type { Attributes } from './query/line-id.js';
import { BASKET_STATUSES, type BasketStatus } from './basket.entity.js';

export class AddLineDto {
  @IsSku()
  sku!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_INT,
    description: 'Added to the quantity of the line.',
    example: 2,
  })
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  quantity!: number;

  @AttributesProperty()
  attributes?: Attributes | null;

  static accepts(this: void, body: unknown): boolean {
    const { sku, quantity, attributes, ...others } = (body ?? {}) as Record<string, unknown>;
    return (
      isInt(quantity, 1) &&
      isSku(sku) &&
      (attributes == null || isAttributes(attributes)) &&
      Object.keys(others).length === 0
    );
  }
}

export class ChangeQuantityDto {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: MAX_INT,
    description: '0 removes the line.',
    example: 3,
  })
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  quantity!: number;

  static accepts(this: void, body: unknown): boolean {
    const { quantity, ...others } = (body ?? {}) as Record<string, unknown>;
    return isInt(quantity, 0) && Object.keys(others).length === 0;
  }
}

export class TotalsDto {
  @ApiProperty({ type: 'integer', example: 1 })
  lines!: number;

  @ApiProperty({ type: 'integer', example: 2 })
  quantity!: number;

  @ApiProperty({ type: 'integer', description: 'The sum of the lines that can be bought.', example: 900 })
  amountMinor!: number;

  @ApiProperty({
    type: 'integer',
    description: 'The number of lines that the amount leaves out.',
    example: 0,
  })
  unavailableLines!: number;
}

export class BasketDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'Null: the visitor has no basket yet.',
  })
  id!: string | null;

  @ApiProperty({ enum: BASKET_STATUSES })
  status!: BasketStatus;

  @ApiProperty({ enum: ['guest', 'user'] })
  owner!: 'guest' | 'user';

  @ApiProperty({
    description: 'The currency of the shop. A frozen basket and an order keep the currency of their time.',
    example: 'EUR',
  })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'The number of changes; 0 without a basket.', example: 3 })
  version!: number;

  @ApiProperty({ type: [LineDto] })
  lines!: LineDto[];

  @ApiProperty()
  totals!: TotalsDto;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: "The shop's own members, such as a gift note. `{}` without.",
    example: {},
  })
  metadata!: Metadata;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The end of the reservation of the stock. Null without one.',
  })
  reservedUntil!: string | null;

  @ApiProperty({
    type: () => MergeReportDto,
    nullable: true,
    description: 'The merge report of the last login, until the next change.',
  })
  lastMerge!: MergeReportDto | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      "The end of a guest's session, which removes the basket. Every request moves it. Null for users.",
  })
  expiresAt!: string | null;
}
