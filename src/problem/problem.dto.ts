import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class FieldErrorDto {
  @ApiProperty({ description: 'The path of the member, with dots for nested members.', example: 'quantity' })
  field!: string;

  @ApiProperty({ example: 'quantity must not be less than 1' })
  message!: string;
}

/**
 * The members of every problem (RFC 9457). `problem-members.ts` has the members of single types.
 */
export class ProblemDto {
  @ApiProperty({ format: 'uri-reference', example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'The request is not valid' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({
    description: 'The cause of this problem, and how to continue.',
    example: 'Correct the fields in `errors`, and send the request again.',
  })
  detail!: string;

  @ApiPropertyOptional({
    description: 'The path of the request. Missing if the server could not read the request.',
    example: '/api/basket/lines',
  })
  instance?: string;

  @ApiProperty({
    description: 'The id of the request, as in the header `X-Request-Id` and in the log.',
    format: 'uuid',
    example: '2f5d1c1e-6f0b-4b7e-9d57-8f1c0e6c3f10',
  })
  requestId!: string;
}
