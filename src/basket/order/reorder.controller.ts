import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { CurrentVisitor } from '../../auth/visitor/visitor.decorator.js';
import { ForDeferredVisitors } from '../../auth/visitor/for-visitors.decorator.js';
import { ID_PARAM, UuidPipe } from '../../http/input/uuid.pipe.js';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import { ApiIdempotencyKey, ApiIfMatch, FIRST_BASKET_HEADERS } from '../api-basket.decorator.js';
import type { BasketVisitor } from '../change/basket-visitor.js';
import { BasketWriteQueue } from '../change/basket-write-queue.service.js';
import { BULK_PROBLEMS } from '../change/bulk/bulk-changes.controller.js';
import { ChangedBasketDto, ReorderDto } from '../change/bulk/changes.dto.js';
import { type Conditions, CurrentConditions } from '../change/conditions.decorator.js';
import { TagBaskets } from '../tag-baskets.decorator.js';
import { ReorderService } from './reorder.service.js';

@ForDeferredVisitors('orders')
@TagBaskets()
@Controller('api/orders/:id/reorder')
export class ReorderController {
  constructor(
    private readonly orders: ReorderService,
    private readonly queue: BasketWriteQueue,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'reorder',
    summary: 'Add the lines of an order to the basket, at current prices',
    description: 'Each line of the order is one add with its attributes. The response is that of `changes`.',
  })
  @ApiParam(ID_PARAM)
  @ApiIdempotencyKey()
  @ApiIfMatch()
  @ApiBody({ type: ReorderDto, required: false })
  @ApiOkResponse({ type: ChangedBasketDto, headers: FIRST_BASKET_HEADERS })
  @ApiProblems(...BULK_PROBLEMS, 'unknown-order')
  async reorder(
    @CurrentVisitor() visitor: BasketVisitor,
    @CurrentConditions() conditions: Conditions,
    @Param('id', UuidPipe) id: string,
    @Body() { mode }: ReorderDto,
  ): Promise<ChangedBasketDto> {
    return this.queue.run(visitor, conditions, () => this.orders.reorder(visitor, conditions, id, mode));
  }
}
