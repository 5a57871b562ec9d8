import { Controller, Get, Header, Headers, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import { prefersPlainText, toPlainText } from './metrics-format.js';
import { MetricsRegistry } from './metrics-registry.js';
import { ShopMetrics } from './shop.metrics.js';

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly shop: ShopMetrics,
  ) {}

  @Get()
  @Header('Vary', 'Accept')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Get the metrics for Prometheus',
    description:
      "The format is OpenMetrics 1.0, or the text format 0.0.4 if `Accept` prefers `text/plain`. With `OPERATIONS_PORT`, the visitors' port answers 404.",
  })
  @ApiOkResponse({
    content: {
      'application/openmetrics-text': { schema: { type: 'string' } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  @ApiProblems('not-found', 'internal-error', 'database-unavailable')
  async get(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    await this.shop.refresh();
    const text = await this.registry.metrics();
    const isPlain = prefersPlainText(accept);
    reply.type(isPlain ? Registry.PROMETHEUS_CONTENT_TYPE : Registry.OPENMETRICS_CONTENT_TYPE);
    return isPlain ? toPlainText(text) : text;
  }
}
