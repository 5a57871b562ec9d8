import { Body, Controller, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CurrentVisitor } from '../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../auth/visitor/for-visitors.decorator.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import { ApiIfMatch, BASKET_HEADERS, CHANGE_PROBLEMS } from './api-basket.decorator.js';
import { BasketDto } from './basket.dto.js';
import { BasketService } from './basket.service.js';
import type { BasketVisitor } from './change/basket-visitor.js';
import { BasketWriteQueue } from './change/basket-write-queue.service.js';
import { type Conditions, CurrentConditions } from './change/conditions.decorator.js';
import { MetadataDto } from './metadata.dto.js';
import { TagBaskets } from './tag-baskets.decorator.js';

@ForDeferredVisitors('basket')
@TagBaskets()
@Controller('api/basket/metadata')
export class MetadataController {
  constructor(
    private readonly baskets: BasketService,
    private readonly queue: BasketWriteQueue,
  ) {}

  @Put()
  @ApiOperation({
    operationId: 'setBasketMetadata',
    summary: "Replace the shop's own members of the basket",
    description: 'They have no effect on prices and lines. The order keeps them.',
  })
  @ApiIfMatch()
  @ApiOkResponse({ type: BasketDto, headers: BASKET_HEADERS })
  @ApiProblems(...CHANGE_PROBLEMS, 'empty-basket', 'basket-frozen')
  async set(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Body() { metadata }: MetadataDto,
  ): Promise<BasketDto> {
    return this.queue.run(visitor, conditions, () => this.baskets.setMetadata(visitor, conditions, metadata));
  }
}
