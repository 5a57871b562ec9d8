import { ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { UserDto } from './user.dto.js';

export class StoredUserDto extends UserDto {
  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Access tokens issued before this time are refused. Null: there is no such time.',
  })
  tokensValidAfter?: string | null;
}

export class StoredSessionDto {
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time' })
  expiresAt!: string;
}

/**
 * All stored data of a user.
 *
 * Refers to the schemas of baskets by name: `auth` must not import `basket`.
 */
export class UserDataDto {
  @ApiProperty()
  user!: StoredUserDto;

  @ApiProperty({ type: [StoredSessionDto] })
  sessions!: StoredSessionDto[];

  @ApiProperty({
    anyOf: [{ $ref: getSchemaPath('BasketDto') }, { type: 'null' }],
    description: 'The basket as `GET /api/basket` shows it. Null: there is none.',
  })
  basket!: unknown;

  @ApiProperty({
    type: 'array',
    items: { $ref: getSchemaPath('BasketDto') },
    description: 'All baskets that are frozen for a payment, the earliest first.',
  })
  frozenBaskets!: unknown[];

  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath('OrderDto') } })
  orders!: unknown[];

  @ApiProperty({ type: 'array', items: { $ref: getSchemaPath('IdempotencyKeyDto') } })
  idempotencyKeys!: unknown[];
}
