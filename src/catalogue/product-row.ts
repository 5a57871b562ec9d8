import { Transform } from 'class-transformer';
import { SaveProductDto } from './product.dto.js';
import { IsSku } from './sku.pipe.js';

/** A line of a CSV file: as SaveProductDto, from text, an empty field being one that was left out. */
export class ProductRow extends SaveProductDto {
  @IsSku()
  sku!: string;

  @Transform(({ value }) => toInteger(value))
  declare unitPriceMinor: number;

  @Transform(({ value }) => (value === '' ? null : toInteger(value)))
  declare stock: number | null;

  @Transform(({ value }) => (value === '' ? null : (value as string)))
  declare imageUrl: string | null;

  @Transform(({ value }) => (value === '' ? true : toBoolean(value)))
  declare isActive: boolean;
}

/** What is no whole number stays as it is, for the validation to refuse. */
function toInteger(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}

function toBoolean(value: unknown): unknown {
  return value === 'true' || value === 'false' ? value === 'true' : value;
}
