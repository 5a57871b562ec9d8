import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsEmail, IsIn, IsOptional, IsString, Length, Matches, MaxLength, ValidateBy } from 'class-validator';
import { MERGE_STRATEGIES, type MergeStrategy } from '../../config/environment.js';
import { Optional } from '../../http/input/optional.decorator.js';
import { PRINTABLE, PRINTABLE_PATTERN, STORABLE, STORABLE_PATTERN } from '../../http/input/printable.js';
import { COMMON_PASSWORDS } from './common-passwords.js';

const PASSWORD_LENGTH = { min: 8, max: 256 };

/** Validates a new password. */
function IsNewPassword(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      minLength: PASSWORD_LENGTH.min,
      maxLength: PASSWORD_LENGTH.max,
      pattern: STORABLE_PATTERN,
      description: 'Must not be one of the most common passwords.',
      example: 'correct horse battery',
    }),
    IsString(),
    Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max),
    IsStorable('password'),
    ValidateBy({
      name: 'isUncommon',
      validator: {
        validate: (value) =>
          typeof value === 'string' && !COMMON_PASSWORDS.has(value.normalize('NFKC').toLowerCase()),
        defaultMessage: (args) => `${args?.property ?? 'password'} is one of the most common passwords`,
      },
    }),
  );
}

/**
 * Validates an existing password.
 *
 * Has no minimum length: an existing password must stay valid when the rule changes.
 */
function IsTypedPassword(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      maxLength: PASSWORD_LENGTH.max,
      pattern: STORABLE_PATTERN,
      example: 'correct horse battery',
    }),
    IsString(),
    MaxLength(PASSWORD_LENGTH.max),
    IsStorable('password'),
  );
}

function IsStorable(what: string): PropertyDecorator {
  return Matches(STORABLE, { message: `${what} must be text` });
}

export class CredentialsDto {
  @ApiProperty({ format: 'email', maxLength: 254, example: 'ada@example.com' })
  @IsString()
  @MaxLength(254)
  @Matches(PRINTABLE, { message: 'email must not contain control characters' })
  email!: string;

  @IsTypedPassword()
  password!: string;
}

export class LoginRequestDto extends CredentialsDto {
  @ApiPropertyOptional({
    enum: MERGE_STRATEGIES,
    description:
      'The rule for the quantity of a product in both baskets. Allowed only if the shop leaves the choice.',
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

  @IsNewPassword()
  password!: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: 100, pattern: PRINTABLE_PATTERN, example: 'Ada' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  @Matches(PRINTABLE, { message: 'displayName must not contain control characters' })
  displayName?: string;
}

export class PasswordChangeDto {
  @IsTypedPassword()
  currentPassword!: string;

  @IsNewPassword()
  newPassword!: string;
}
