import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { PageQueryDto } from '../http/page/page-query.dto.js';
import { MAX_INT } from '../http/input/max-int.js';
import { Optional } from '../http/input/optional.decorator.js';
import { PRINTABLE, PRINTABLE_PATTERN, STORABLE, STORABLE_PATTERN } from '../http/input/printable.js';
import type { Product } from './product.entity.js';

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

/** The members of a product that an admin can set, with their rules. */
class ProductFieldsDto {
  @ApiProperty({ minLength: 1, maxLength: 200, pattern: PRINTABLE_PATTERN, example: 'Green tea' })
  @IsString()
  @Length(1, 200)
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  name!: string;

  @ApiProperty({ maxLength: 5_000, pattern: STORABLE_PATTERN })
  @IsString()
  @MaxLength(5_000)
  @Matches(STORABLE, { message: 'description must be text' })
  description!: string;

  @ApiProperty({ type: String, nullable: true, maxLength: 2_000, pattern: '^(https?://|/)[!-~]+$' })
  @IsOptional()
  @IsString()
  @MaxLength(2_000)
  @Matches(/^(https?:\/\/|\/)[\x21-\x7e]+$/, { message: 'imageUrl must be an http(s) URL or a path' })
  imageUrl!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: MAX_INT, example: 450 })
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  unitPriceMinor!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: MAX_INT,
    description: 'Null means unlimited.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_INT)
  stock!: number | null;

  @ApiProperty({ description: 'False if the product is no longer for sale.' })
  @IsBoolean()
  isActive!: boolean;
}

/** A complete product. A missing member gets its default. */
export class SaveProductDto extends ProductFieldsDto {
  @ApiPropertyOptional({ default: '' })
  @Optional()
  override description: string = '';

  @ApiPropertyOptional({ type: String, default: null })
  override imageUrl: string | null = null;

  @ApiPropertyOptional({ type: 'integer', default: null })
  override stock: number | null = null;

  @ApiPropertyOptional({ default: true })
  @Optional()
  override isActive: boolean = true;
}

/** The changes of a product. A missing member stays as it is, and null clears a nullable member. */
export class ChangeProductDto extends PartialType(ProductFieldsDto, { skipNullProperties: false }) {}

export function toProductDto(product: Product, currency: string): ProductDto {
  const { sku, name, description, imageUrl, unitPriceMinor, stock } = product;
  return { sku, name, description, imageUrl, unitPriceMinor, currency, stock };
}
