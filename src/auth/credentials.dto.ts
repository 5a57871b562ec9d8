import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsIn, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { MERGE_STRATEGIES, type MergeStrategy } from '../environment.js';
import { Optional } from '../problem/optional.decorator.js';
import { PRINTABLE } from '../problem/printable.js';

const PASSWORD_LENGTH = { min: 8, max: 256 };

/** No rule about its length: what was accepted once must stay a valid password. */
export class CredentialsDto {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.com' })
  @IsString()
  @MaxLength(254)
  email!: string;

  @ApiProperty({ maxLength: PASSWORD_LENGTH.max, example: 'correct horse battery' })
  @IsString()
  @MaxLength(PASSWORD_LENGTH.max)
  password!: string;
}

export class LoginRequestDto extends CredentialsDto {
  @ApiPropertyOptional({
    enum: MERGE_STRATEGIES,
    description:
      'Whose quantity stays when both baskets hold a product; only where the shop leaves the choice.',
  })
  @Optional()
  @IsIn(MERGE_STRATEGIES)
  mergeStrategy?: MergeStrategy;
}

export class RegistrationDto {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.com' })
  @IsEmail()
  @MaxLength(254)
  @Matches(PRINTABLE, { message: 'email must not contain control characters' })
  email!: string;

  @ApiProperty({
    minLength: PASSWORD_LENGTH.min,
    maxLength: PASSWORD_LENGTH.max,
    example: 'correct horse battery',
  })
  @IsString()
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max)
  password!: string;

  @ApiPropertyOptional({ maxLength: 100, example: 'Ada' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  @Matches(PRINTABLE, { message: 'displayName must not contain control characters' })
  displayName?: string;
}
