import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { ApiProblems } from '../problem/api-problems.decorator.js';
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
  @Header('Content-Type', Registry.OPENMETRICS_CONTENT_TYPE)
  @ApiOperation({
    operationId: 'getMetrics',
    summary: 'Get what to watch, for Prometheus: OpenMetrics 1.0',
    description: "With `OPERATIONS_PORT` it is not found on the visitors' port.",
  })
  @ApiOkResponse({ content: { 'application/openmetrics-text': { schema: { type: 'string' } } } })
  @ApiProblems('not-found', 'internal-error', 'database-unavailable')
  async get(): Promise<string> {
    await this.shop.refresh();
    return this.registry.metrics();
  }
}
