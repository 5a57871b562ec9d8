import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import {
  ATTRIBUTE_NAME,
  ATTRIBUTES_RULE,
  isAttributes,
  MAX_ATTRIBUTES,
  MAX_VALUE_LENGTH,
} from './query/attributes.js';

/** Documents and validates the attributes of a line in a body. Null and `{}` mean none. */
export function AttributesProperty(): PropertyDecorator {
  const validator = { validate: isAttributes, defaultMessage: () => `attributes ${ATTRIBUTES_RULE}` };
  return applyDecorators(
    ApiPropertyOptional({
      type: 'object',
      nullable: true,
      maxProperties: MAX_ATTRIBUTES,
      propertyNames: { pattern: ATTRIBUTE_NAME },
      additionalProperties: { type: 'string', maxLength: MAX_VALUE_LENGTH },
      description: 'The options of the line. Other attributes are another line.',
      example: { engraving: 'For Ada' },
    } as object),
    IsOptional(),
    ValidateBy({ name: 'isAttributes', validator }),
  );
}
