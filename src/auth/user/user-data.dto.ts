import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { UserDto } from './user.dto.js';

export class StoredUserDto extends UserDto {
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Access tokens from before this time are refused; null: no such time.',
  })
  tokensValidAfter?: string | null;
}

export class StoredSessionDto {
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

/** All that is stored about a user. This module knows the baskets' part only by the names of its schemas. */
export class UserDataDto {
  @ApiProperty()
  user!: StoredUserDto;

  @ApiProperty({ type: [StoredSessionDto] })
  sessions!: StoredSessionDto[];

  @ApiProperty({
    anyOf: [{ $ref: getSchemaPath('BasketDto') }, { type: 'null' }],
    description: 'The basket that is not an order yet.',
  })
  basket!: unknown;

  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath('OrderDto') } })
  orders!: unknown[];

  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath('IdempotencyKeyDto') } })
  idempotencyKeys!: unknown[];
}
