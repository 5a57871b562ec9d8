import { ApiProperty } from '@nestjs/swagger';
import { MERGE_STRATEGIES, type MergeStrategy } from '../../config/environment.js';
import type { MergedLine, MergeReport } from './user-logged-in.event.js';

export class MergedLineDto implements MergedLine {
  @ApiProperty({ description: 'The id of the line in the basket.', example: 'TEA-GREEN-100' })
  id!: string;

  @ApiProperty({ example: 'TEA-GREEN-100' })
  sku!: string;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: {} })
  attributes!: MergedLine['attributes'];

  @ApiProperty({
    type: 'integer',
    description: "The quantity in the guest's basket; 0 if it had none.",
    example: 3,
  })
  guestQuantity!: number;

  @ApiProperty({
    type: 'integer',
    description: "The quantity in the user's basket; 0 if it had none.",
    example: 1,
  })
  userQuantity!: number;

  @ApiProperty({ type: 'integer', description: 'The quantity after the login.', example: 3 })
  quantity!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['limited-to-stock', 'limited-to-maximum', 'unavailable', null],
    description:
      "The reason for a quantity other than the strategy's, or for a product that cannot be bought.",
  })
  notice!: MergedLine['notice'];
}

export class MergeReportDto implements MergeReport {
  @ApiProperty({
    enum: ['none', 'assigned', 'merged'],
    description:
      "none: the guest had no basket. assigned: the guest's basket now belongs to the user. merged: the guest's lines are now in the user's basket.",
  })
  outcome!: MergeReport['outcome'];

  @ApiProperty({
    enum: MERGE_STRATEGIES,
    description: 'The rule for the quantity of a line in both baskets.',
  })
  strategy!: MergeStrategy;

  @ApiProperty({
    description:
      "True if the guest's basket is frozen for a payment. It belongs to the user now, and its payment goes on.",
    example: false,
  })
  paymentUnderWay!: boolean;

  @ApiProperty({ type: [MergedLineDto], description: 'All lines of the two baskets.' })
  lines!: MergedLineDto[];
}
