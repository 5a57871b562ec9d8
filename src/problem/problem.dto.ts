import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class FieldErrorDto {
  @ApiProperty({ description: 'The member of the request, with dots for nested ones.', example: 'quantity' })
  field!: string;

  @ApiProperty({ example: 'quantity must not be less than 1' })
  message!: string;
}

/** RFC 9457: the members of every problem. The members of one type are in `problem-members.ts`. */
export class ProblemDto {
  @ApiProperty({ format: 'uri-reference', example: 'about:blank' })
  type!: string;

  @ApiProperty({ example: 'The request is not valid' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({
    description: 'What happened this time and what to do about it.',
    example: 'Correct the fields named in errors and send it again.',
  })
  detail!: string;

  @ApiPropertyOptional({
    description: 'The path of the request; missing when the server could not read the request.',
    example: '/api/basket/lines',
  })
  instance?: string;

  @ApiProperty({
    description: 'Also in the header X-Request-Id and in the log.',
    format: 'uuid',
    example: '2f5d1c1e-6f0b-4b7e-9d57-8f1c0e6c3f10',
  })
  requestId!: string;
}
