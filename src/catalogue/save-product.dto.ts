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
import { MAX_INT } from '../http/input/max-int.js';
import { Optional } from '../http/input/optional.decorator.js';
import { PRINTABLE, PRINTABLE_PATTERN, STORABLE, STORABLE_PATTERN } from '../http/input/printable.js';

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

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_INT,
    description: 'A basket holds at least this many pieces of the product, or none.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  minQuantity!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    minimum: 1,
    maximum: MAX_INT,
    description:
      'A basket holds at most this many pieces of the product. Null means no maximum. A multiple of `quantityStep` from `minQuantity` to `maxQuantity` must exist.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  maxQuantity!: number | null;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: MAX_INT,
    description: 'A basket holds a multiple of this many pieces of the product.',
  })
  @IsInt()
  @Min(1)
  @Max(MAX_INT)
  quantityStep!: number;
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

  @ApiPropertyOptional({ type: 'integer', default: 1 })
  @Optional()
  override minQuantity: number = 1;

  @ApiPropertyOptional({ type: 'integer', default: null })
  override maxQuantity: number | null = null;

  @ApiPropertyOptional({ type: 'integer', default: 1 })
  @Optional()
  override quantityStep: number = 1;
}

/** The changes of a product. A missing member stays as it is, and null clears a nullable member. */
export class ChangeProductDto extends PartialType(ProductFieldsDto, { skipNullProperties: false }) {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: -MAX_INT,
    maximum: MAX_INT,
    description:
      'A number of pieces to add to the stock, instead of `stock`. A negative number takes pieces off.',
    example: -2,
  })
  @Optional()
  @IsInt()
  @Min(-MAX_INT)
  @Max(MAX_INT)
  declare stockChange?: number;
}
