import { ApiProperty } from '@nestjs/swagger';
import { type FieldError, unknownMembers } from '../http/input/validation.pipe.js';
import { isMetadata, METADATA_RULE } from './metadata.js';
import type { Metadata } from './query/basket-snapshot.js';

export class MetadataDto {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: `The shop's own members, such as a gift note. They replace all members from before. The object ${METADATA_RULE}.`,
    example: { giftNote: 'For Ada' },
  })
  metadata!: Metadata;

  /** class-transformer cannot copy an object with any member, for example `constructor`. */
  static findErrors(this: void, body: unknown): FieldError[] {
    const { metadata, ...others } = (body ?? {}) as Record<string, unknown>;
    const errors = unknownMembers(others);
    if (!isMetadata(metadata)) errors.push({ field: 'metadata', message: `metadata ${METADATA_RULE}` });
    return errors;
  }
}
