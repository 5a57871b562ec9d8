import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { OpensFor } from '../auth/api-key/opens-for.decorator.js';
import { BasketAdministration } from '../basket/checkout/basket-administration.service.js';
import { BasketDto } from '../basket/basket.dto.js';
import { SubmitByIdDto } from '../basket/checkout/checkout.dto.js';
import { MetadataDto } from '../basket/metadata.dto.js';
import { OrderDto } from '../basket/order/order.dto.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { ID_PARAM, UuidPipe } from '../http/input/uuid.pipe.js';
import { AdminOnly } from './admin-only.decorator.js';

@AdminOnly()
@Controller('api/admin')
export class AdminBasketController {
  constructor(private readonly baskets: BasketAdministration) {}

  @Get('baskets/:id')
  @OpensFor('baskets:read')
  @ApiOperation({
    operationId: 'getBasketById',
    summary: 'Get a basket of any visitor',
    description: 'A frozen or submitted one as well. Null as `expiresAt`: no session ends this basket.',
  })
  @ApiParam(ID_PARAM)
  @ApiOkResponse({ type: BasketDto })
  @ApiProblems('invalid-input', 'unknown-basket')
  async getBasket(@Param('id', UuidPipe) id: string): Promise<BasketDto> {
    return this.baskets.get(id);
  }

  @Post('baskets/:id/submit')
  @OpensFor('orders:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'submitBasketById',
    summary: 'Submit a basket, for example after a callback of the payment provider',
    description:
      'Returns the order. A repetition changes nothing. A login, the end of the session and the erasure of the user do not matter: a frozen basket can be submitted until its time ends.',
  })
  @ApiParam(ID_PARAM)
  @ApiBody({ type: SubmitByIdDto, required: false })
  @ApiOkResponse({ type: OrderDto })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'unknown-basket',
    'empty-basket',
    'unavailable',
    { type: 'quantity-rule', status: 409 },
    'insufficient-stock',
    'total-changed',
  )
  async submit(
    @Param('id', UuidPipe) id: string,
    @Body() { expectedAmountMinor }: SubmitByIdDto,
  ): Promise<OrderDto> {
    return this.baskets.submit(id, expectedAmountMinor);
  }

  @Post('baskets/:id/thaw')
  @OpensFor('baskets:write')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'thawBasketById',
    summary: 'Thaw a frozen basket, for example after a failed payment',
    description:
      'The basket is open again and has the current prices. If its owner has an open basket already, it is merged into that one, which is the answer. An open basket does not change.',
  })
  @ApiParam(ID_PARAM)
  @ApiOkResponse({ type: BasketDto })
  @ApiProblems(...BODY_PROBLEMS, 'unknown-basket', 'session-expired')
  async thaw(@Param('id', UuidPipe) id: string): Promise<BasketDto> {
    return this.baskets.thaw(id);
  }

  @Put('baskets/:id/metadata')
  @OpensFor('baskets:write')
  @ApiOperation({
    operationId: 'setBasketMetadataById',
    summary: "Replace the shop's own members of an open basket",
    description: 'The version of the basket rises. A frozen basket is 409, and an order is 404.',
  })
  @ApiParam(ID_PARAM)
  @ApiOkResponse({ type: BasketDto })
  @ApiProblems(...BODY_PROBLEMS, 'unknown-basket', 'basket-frozen')
  async setMetadata(
    @Param('id', UuidPipe) id: string,
    @Body() { metadata }: MetadataDto,
  ): Promise<BasketDto> {
    return this.baskets.setMetadata(id, metadata);
  }
}
