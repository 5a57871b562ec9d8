import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';

/** The report of terminus on each part: its status, and figures or a message. */
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

/** The result of terminus if every part is up or degraded. */
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
    description: 'The parts that are down. Always empty: the response is 503 if a part is down.',
    example: {},
  })
  error!: Parts;

  @ApiProperty({ ...PARTS, description: 'All parts.', example: { database: { status: 'up' } } })
  details!: Parts;
}
