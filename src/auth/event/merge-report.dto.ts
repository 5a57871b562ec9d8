import { ApiProperty } from '@nestjs/swagger';
import { MERGE_STRATEGIES, type MergeStrategy } from '../../config/environment.js';
import type { MergedLine, MergeReport } from './user-logged-in.event.js';

export class MergedLineDto implements MergedLine {
  @ApiProperty({ example: 'TEA-GREEN-100' })
  sku!: string;

  @ApiProperty({ type: 'integer', description: 'What the guest had, 0 for none.', example: 3 })
  guestQuantity!: number;

  @ApiProperty({ type: 'integer', description: 'What the user had, 0 for none.', example: 1 })
  userQuantity!: number;

  @ApiProperty({ type: 'integer', description: 'What there is now.', example: 3 })
  quantity!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['limited-to-stock', 'limited-to-maximum', 'unavailable', null],
    description:
      'Why the quantity is not what the strategy alone would have given, or why it can not be bought.',
  })
  notice!: MergedLine['notice'];
}

export class MergeReportDto implements MergeReport {
  @ApiProperty({
    enum: ['none', 'assigned', 'merged'],
    description:
      "none: no guest basket. assigned: it is the user's now. merged: into the basket the user had.",
  })
  outcome!: MergeReport['outcome'];

  @ApiProperty({
    enum: MERGE_STRATEGIES,
    description: 'Whose quantity stays when both baskets hold a product.',
  })
  strategy!: MergeStrategy;

  @ApiProperty({
    enum: ['guest', 'user'],
    isArray: true,
    description: 'Whose basket was frozen and is open now.',
  })
  thawed!: MergeReport['thawed'];

  @ApiProperty({ type: [MergedLineDto], description: 'Every product of either basket.' })
  lines!: MergedLineDto[];
}
