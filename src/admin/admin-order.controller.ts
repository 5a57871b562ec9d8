import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { OpensFor } from '../auth/api-key/opens-for.decorator.js';
import { OrderDto, OrderPageDto } from '../basket/order/order.dto.js';
import { OrderService } from '../basket/order/order.service.js';
import { ID_PARAM, UuidPipe } from '../http/input/uuid.pipe.js';
import { PageQueryDto } from '../http/page/page-query.dto.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { AdminOnly } from './admin-only.decorator.js';

@AdminOnly()
@Controller('api/admin/orders')
export class AdminOrderController {
  constructor(private readonly orders: OrderService) {}

  @Get()
  @OpensFor('orders:read')
  @ApiOperation({
    operationId: 'listAllOrders',
    summary: 'List all orders of the shop, oldest first',
    description:
      'Follow `nextCursor` to read every order, including new ones. After the last page, repeat its request later with the same cursor.',
  })
  @ApiOkResponse({ type: OrderPageDto })
  @ApiProblems('invalid-input')
  async list(@Query() { limit, cursor }: PageQueryDto): Promise<OrderPageDto> {
    return this.orders.findPageOfAll(limit, cursor);
  }

  @Post(':id/cancel')
  @OpensFor('orders:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'cancelOrder',
    summary: 'Cancel an order and return its stock',
    description:
      'Returns the pieces of the products that track their stock, once. A repetition changes nothing. The problem `quantity-limit` means that the stock of a product would be too large.',
  })
  @ApiParam(ID_PARAM)
  @ApiOkResponse({ type: OrderDto })
  @ApiProblems(...BODY_PROBLEMS, 'unknown-order', 'quantity-limit')
  async cancel(@Param('id', UuidPipe) id: string): Promise<OrderDto> {
    return this.orders.cancel(id);
  }
}
