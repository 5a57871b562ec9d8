import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { BasketAdministration } from '../basket/checkout/basket-administration.service.js';
import { BasketDto, SubmitDto } from '../basket/basket.dto.js';
import { OrderDto, OrderPageDto } from '../basket/order/order.dto.js';
import { PageQueryDto } from '../http/page/page-query.dto.js';
import { OrderService } from '../basket/order/order.service.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { UuidPipe } from '../http/input/uuid.pipe.js';
import { AdminOnly } from './admin-only.decorator.js';

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } } as const;

@AdminOnly()
@Controller('api/admin')
export class AdminBasketController {
  constructor(
    private readonly baskets: BasketAdministration,
    private readonly orders: OrderService,
  ) {}

  @Get('orders')
  @ApiOperation({
    operationId: 'listAllOrders',
    summary: 'List all orders of the shop, the oldest first',
    description:
      'Who follows the cursor misses none, also of those that come meanwhile. After the last page, ask again later with the cursor that led to it.',
  })
  @ApiOkResponse({ type: OrderPageDto })
  @ApiProblems('invalid-input')
  async listOrders(@Query() { limit, cursor }: PageQueryDto): Promise<OrderPageDto> {
    return this.orders.findPageOfAll(limit, cursor);
  }

  @Post('baskets/:id/submit')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'submitBasketById',
    summary: 'Make an order of a basket, as when a payment provider calls back; again is no change',
    description: 'The answer is the order. A basket whose session has ended can be submitted as well.',
  })
  @ApiParam(ID)
  @ApiBody({ type: SubmitDto, required: false })
  @ApiOkResponse({ type: OrderDto })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'unknown-basket',
    'empty-basket',
    'unavailable',
    'insufficient-stock',
    'total-changed',
  )
  async submit(
    @Param('id', UuidPipe) id: string,
    @Body() { expectedAmountMinor }: SubmitDto,
  ): Promise<OrderDto> {
    return this.baskets.submit(id, expectedAmountMinor);
  }

  @Post('baskets/:id/thaw')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'thawBasketById',
    summary: 'Open a frozen basket again, as when a payment has failed; an open one stays as it is',
    description: 'Its prices are those of now.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: BasketDto })
  @ApiProblems(...BODY_PROBLEMS, 'unknown-basket', 'session-expired')
  async thaw(@Param('id', UuidPipe) id: string): Promise<BasketDto> {
    return this.baskets.thaw(id);
  }
}
