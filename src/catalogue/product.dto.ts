import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { PageQueryDto } from '../http/page/page-query.dto.js';
import { PRINTABLE, PRINTABLE_PATTERN } from '../http/input/printable.js';
import type { AvailableProduct } from './available-product.js';

export class ProductDto {
  @ApiProperty({ example: 'TEA-GREEN-100' })
  sku!: string;

  @ApiProperty({ example: 'Green tea' })
  name!: string;

  @ApiProperty()
  description!: string;

  @ApiProperty({ type: String, nullable: true })
  imageUrl!: string | null;

  @ApiProperty({ type: 'integer', description: "In the currency's minor unit: cents for EUR.", example: 450 })
  unitPriceMinor!: number;

  @ApiProperty({ example: 'EUR' })
  currency!: string;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'The number of pieces that can be sold. Null means unlimited.',
  })
  stock!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 0,
    description: '`stock` without the pieces that are reserved for payments under way. Null means unlimited.',
  })
  available!: number | null;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description:
      'A basket can hold the multiples of `quantityStep` from `minQuantity` to `maxQuantity`, over all lines of the product.',
    example: 1,
  })
  minQuantity!: number;

  @ApiProperty({ type: 'integer', nullable: true, minimum: 1, description: 'Null means no maximum.' })
  maxQuantity!: number | null;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  quantityStep!: number;
}

export class ProductPageDto {
  @ApiProperty({ type: [ProductDto] })
  products!: ProductDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` to get the next page. Null on the last page.',
  })
  nextCursor!: string | null;
}

export class ProductQueryDto extends PageQueryDto {
  @ApiPropertyOptional({
    description: 'A part of the name or of the sku.',
    maxLength: 100,
    pattern: PRINTABLE_PATTERN,
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(PRINTABLE, { message: 'q must not contain control characters' })
  q?: string;
}

export function toProductDto(product: AvailableProduct, currency: string): ProductDto {
  const { sku, name, description, imageUrl, unitPriceMinor, stock, available } = product;
  const { minQuantity, maxQuantity, quantityStep } = product;
  return {
    sku,
    name,
    description,
    imageUrl,
    unitPriceMinor,
    currency,
    stock,
    available,
    minQuantity,
    maxQuantity,
    quantityStep,
  };
}
