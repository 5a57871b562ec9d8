import { ApiProperty, OmitType } from '@nestjs/swagger';
import { BasketDto } from '../basket.dto.js';

/** A submitted basket, with pinned prices and names. */
export class OrderDto extends OmitType(BasketDto, ['id', 'status']) {
  @ApiProperty({ type: String, format: 'uuid', description: 'The id of the basket.' })
  id!: string;

  @ApiProperty({ enum: ['submitted'] })
  status!: 'submitted';

  @ApiProperty({ format: 'date-time' })
  submittedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The time when the shop cancelled the order and its stock was returned. Else null.',
  })
  cancelledAt!: string | null;
}

export class OrderPageDto {
  @ApiProperty({ type: [OrderDto] })
  orders!: OrderDto[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Send it as `cursor` to get the next page. Null if there are no more orders yet.',
  })
  nextCursor!: string | null;
}
