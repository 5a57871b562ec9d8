import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsString,
  Length,
  Matches,
} from 'class-validator';
import { PRINTABLE, PRINTABLE_PATTERN } from '../../http/input/printable.js';
import type { ApiKey } from './api-key.entity.js';
import { API_KEY_SCOPES, type ApiKeyScope } from './api-key-scopes.js';

export const API_KEY_NAME_LENGTH = { min: 1, max: 100 };

export class CreateApiKeyDto {
  @ApiProperty({
    minLength: API_KEY_NAME_LENGTH.min,
    maxLength: API_KEY_NAME_LENGTH.max,
    pattern: PRINTABLE_PATTERN,
    description: 'For people: where the key is used. Several keys may have the same name.',
    example: 'Order export',
  })
  @IsString()
  @Length(API_KEY_NAME_LENGTH.min, API_KEY_NAME_LENGTH.max)
  @Matches(PRINTABLE, { message: 'name must not contain control characters' })
  name!: string;

  @ApiProperty({
    enum: API_KEY_SCOPES,
    enumName: 'ApiKeyScope',
    isArray: true,
    minItems: 1,
    uniqueItems: true,
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(API_KEY_SCOPES.length)
  @ArrayUnique()
  @IsIn(API_KEY_SCOPES, { each: true })
  scopes!: ApiKeyScope[];
}

export class ApiKeyDto {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'Order export' })
  name!: string;

  @ApiProperty({ enum: API_KEY_SCOPES, enumName: 'ApiKeyScope', isArray: true })
  scopes!: ApiKeyScope[];

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Up to a minute earlier than the last use. Null: the key was never used.',
  })
  lastUsedAt!: string | null;
}

export class NewApiKeyDto extends ApiKeyDto {
  @ApiProperty({
    description: 'The key. No later response contains it.',
    example: 'bk_0QZcPq4u0tn1zDb7kq9VhQ1w2c3L5m8yXxJr6sTfEaI',
  })
  key!: string;
}

export class ApiKeyListDto {
  @ApiProperty({ type: [ApiKeyDto] })
  apiKeys!: ApiKeyDto[];
}

export function toApiKeyDto({ id, name, scopes, createdAt, lastUsedAt }: ApiKey): ApiKeyDto {
  return {
    id,
    name,
    scopes,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}

export function toNewApiKeyDto({ apiKey, key }: { apiKey: ApiKey; key: string }): NewApiKeyDto {
  return { ...toApiKeyDto(apiKey), key };
}
