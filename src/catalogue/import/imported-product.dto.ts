import { ChangeProductDto } from '../save-product.dto.js';
import { IsSku } from '../sku.pipe.js';

/** A product to create or to change. It has only the given members. */
export class ImportedProductDto extends ChangeProductDto {
  @IsSku()
  sku!: string;
}
