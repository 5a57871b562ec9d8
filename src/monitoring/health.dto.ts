import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

/** What terminus says of each part: its state, and figures or a message of the part's own. */
const PARTS = {
  type: 'object' as const,
  additionalProperties: {
    type: 'object',
    properties: { status: { type: 'string', enum: ['up', 'degraded', 'down'] } },
    required: ['status'],
    additionalProperties: true,
  },
} satisfies ApiPropertyOptions;

type Parts = Record<string, { status: 'up' | 'degraded' | 'down' }>;

export class LivenessDto {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';
}

/** The result of terminus when every part is up or degraded. */
export class ReadinessDto {
  @ApiProperty({ enum: ['ok', 'degraded'] })
  status!: 'ok' | 'degraded';

  @ApiProperty({
    ...PARTS,
    description: 'The parts that are up or degraded.',
    example: { database: { status: 'up' }, cleanup: { status: 'up', expiredSessions: 0 } },
  })
  info!: Parts;

  @ApiProperty({
    ...PARTS,
    description: 'The parts that are down: none, for the answer is 503 then.',
    example: {},
  })
  error!: Parts;

  @ApiProperty({ ...PARTS, description: 'All parts.', example: { database: { status: 'up' } } })
  details!: Parts;
}
