import { applyDecorators, Injectable, type PipeTransform } from '@nestjs/common';
import { ApiParam, ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { PRINTABLE, PRINTABLE_PATTERN } from '../problem/printable.js';
import { invalidInput } from '../problem/validation.pipe.js';

const MAX_LENGTH = 100;
const MESSAGE = `sku must be 1 to ${MAX_LENGTH} printable characters`;

const SCHEMA = { type: 'string', minLength: 1, maxLength: MAX_LENGTH, pattern: PRINTABLE_PATTERN } as const;
const EXAMPLE = 'TEA-GREEN-100';

/** A sku in a body. */
export function IsSku(): PropertyDecorator {
  const message = { message: MESSAGE };
  return applyDecorators(
    ApiProperty({ ...SCHEMA, example: EXAMPLE }),
    IsString(message),
    Length(1, MAX_LENGTH, message),
    Matches(PRINTABLE, message),
  );
}

/** Documents the sku in a path. */
export function ApiSku(): MethodDecorator {
  return ApiParam({ name: 'sku', schema: { ...SCHEMA, example: EXAMPLE } });
}

/** Whether a value is what `IsSku` takes. */
export function isSku(value: unknown): value is string {
  return (
    typeof value === 'string' && value.length >= 1 && value.length <= MAX_LENGTH && PRINTABLE.test(value)
  );
}

/** A sku in a path. */
@Injectable()
export class SkuPipe implements PipeTransform<string, string> {
  transform(sku: string): string {
    if (isSku(sku)) return sku;
    throw invalidInput([{ field: 'sku', message: MESSAGE }]);
  }
}
