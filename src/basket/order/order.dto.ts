import { ApiProperty, OmitType } from '@nestjs/swagger';
import { BasketDto } from '../basket.dto.js';

/** A submitted basket: a record with prices and names of its own. */
export class OrderDto extends OmitType(BasketDto, ['id', 'status']) {
  @ApiProperty({ type: String, format: 'uuid', description: 'The id that the basket had.' })
  id!: string;

  @ApiProperty({ enum: ['submitted'] })
  status!: 'submitted';

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
