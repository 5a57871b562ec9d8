import { applyDecorators, type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ValidateBy } from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { invalidInput } from '../http/input/validation.pipe.js';
import { isSku, isStoredSku, SKU_RULE, SKU_SCHEMA } from './sku.js';

/** Validates a sku in a body. */
export function IsSku(): PropertyDecorator {
  const validator = { validate: isSku, defaultMessage: () => `sku ${SKU_RULE}` };
  return applyDecorators(
    ApiProperty({ ...SKU_SCHEMA, example: 'TEA-GREEN-100' }),
    ValidateBy({ name: 'isSku', validator }),
  );
}

/** Validates a sku, or the id of a line, in a path. */
@Injectable()
export class SkuPipe implements PipeTransform<string, string> {
  transform(sku: string, { data = 'sku' }: ArgumentMetadata): string {
    if (isSku(sku)) return sku;
    throw invalidInput([{ field: data, message: `${data} ${SKU_RULE}` }]);
  }
}

/**
 * Validates a sku in a path, also a sku that only an earlier version accepted.
 *
 * It is for routes that create nothing: such skus can still be removed and withdrawn.
 */
@Injectable()
export class StoredSkuPipe implements PipeTransform<string, string> {
  transform(sku: string, { data = 'sku' }: ArgumentMetadata): string {
    if (isStoredSku(sku)) return sku;
    throw invalidInput([{ field: data, message: `${data} ${SKU_RULE}` }]);
  }
}
