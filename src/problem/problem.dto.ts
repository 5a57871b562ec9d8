import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class FieldErrorDto {
  @ApiProperty({ description: 'The member of the request, with dots for nested ones.', example: 'quantity' })
  field!: string;

  @ApiProperty({ example: 'quantity must not be less than 1' })
  message!: string;
}

/** RFC 9457. */
export class ProblemDto {
  @ApiProperty({ format: 'uri-reference', example: '/problems/invalid-input' })
  type!: string;

  @ApiProperty({ example: 'The request is not valid' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'What happened this time and what to do about it.' })
  detail!: string;

  @ApiProperty({ description: 'The path of the request.', example: '/api/basket/lines' })
  instance!: string;

  @ApiProperty({ description: 'Also in the header X-Request-Id and in the log.', format: 'uuid' })
  requestId!: string;

  @ApiPropertyOptional({ type: [FieldErrorDto], description: 'What is wrong, field by field.' })
  errors?: FieldErrorDto[];

  @ApiPropertyOptional({ type: 'integer', description: 'How many can be had; with `insufficient-stock`.' })
  available?: number;

  @ApiPropertyOptional({ type: 'integer', description: 'The limit that was passed; with `quantity-limit`.' })
  limit?: number;
}
