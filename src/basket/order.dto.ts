import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { BasketDto } from './basket.dto.js';

/** A submitted basket: a record with prices and names of its own. */
export class OrderDto extends BasketDto {
  @ApiProperty({ format: 'date-time' })
  submittedAt!: string;
}

export class OrderPageDto {
  @ApiProperty({ type: [OrderDto] })
  orders!: OrderDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` for what comes behind this page; null: nothing so far.',
  })
  nextCursor!: string | null;
}

export class OrderQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN))
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 20;

  @ApiPropertyOptional({ description: 'The `nextCursor` of the page before.' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string;
}
