import { Controller, Get, Header, Headers, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { OpensFor } from '../auth/api-key/opens-for.decorator.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import { prefersPlainText, toPlainText } from './metrics-format.js';
import { MetricsGuard } from './metrics.guard.js';
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
  @UseGuards(MetricsGuard)
  @OpensFor('metrics:read')
  @ApiCookieAuth('session')
  @ApiBearerAuth('bearer')
  @Header('Vary', 'Accept')
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Get the metrics for Prometheus',
    description:
      "The format is OpenMetrics 1.0, or the text format 0.0.4 if `Accept` prefers `text/plain`. Everybody can read them, unless the shop sets `METRICS_AUTH=on`. With `OPERATIONS_PORT`, the visitors' port answers 404.",
  })
  @ApiOkResponse({
    content: {
      'application/openmetrics-text': { schema: { type: 'string' } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(
    'invalid-token',
    'login-required',
    'forbidden',
    'not-found',
    'internal-error',
    'database-unavailable',
  )
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
