import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { CurrentVisitor } from '../../auth/visitor/visitor.decorator.js';
import { ForVisitors } from '../../auth/visitor/for-visitors.decorator.js';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { ApiProblems } from '../../problem/api-problems.decorator.js';
import { ID_PARAM, UuidPipe } from '../../http/input/uuid.pipe.js';
import { IdempotencyKeyDto } from '../change/idempotency-key.dto.js';
import { OrderDto, OrderPageDto } from './order.dto.js';
import { PageQueryDto } from '../../http/page/page-query.dto.js';
import { OrderService } from './order.service.js';

@ForVisitors('orders', 'invalid-input')
@ApiExtraModels(IdempotencyKeyDto)
@Controller('api/orders')
export class OrderController {
  constructor(private readonly orders: OrderService) {}

  @Get()
  @ApiOperation({
    operationId: 'listOrders',
    summary: "List the user's orders, or those of the guest's session",
    description: 'The oldest first. Follow `nextCursor` until it is null.',
  })
  @ApiOkResponse({ type: OrderPageDto })
  async list(
    @CurrentVisitor() visitor: Visitor,
    @Query() { limit, cursor }: PageQueryDto,
  ): Promise<OrderPageDto> {
    return this.orders.findPage(visitor, limit, cursor);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getOrder',
    summary: 'Get an order of the visitor',
    description: 'The `id` is that of the basket. The response to the submit and the list contain it.',
  })
  @ApiParam(ID_PARAM)
  @ApiOkResponse({ type: OrderDto })
  @ApiProblems('unknown-order')
  async get(@CurrentVisitor() visitor: Visitor, @Param('id', UuidPipe) id: string): Promise<OrderDto> {
    return this.orders.get(visitor, id);
  }
}
