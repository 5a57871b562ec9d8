import { ApiProperty } from '@nestjs/swagger';

/** An idempotency key and its request, in the export of a user's data. */
export class IdempotencyKeyDto {
  @ApiProperty({ example: 'add-7d0f5b2e' })
  key!: string;

  @ApiProperty({ type: 'integer', description: 'The status of the response.', example: 201 })
  status!: number;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'The basket that it changed.' })
  basketId!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
}
