import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ProductDto, SaveProductDto, toProductDto } from '../catalogue/product.dto.js';
import { ProductService } from '../catalogue/product.service.js';
import { ApiSku, SkuPipe } from '../catalogue/sku.pipe.js';
import { Environment } from '../environment.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { AdminOnly } from './admin-only.decorator.js';

@AdminOnly()
@Controller('api/admin/products')
export class AdminProductController {
  constructor(
    private readonly products: ProductService,
    private readonly environment: Environment,
  ) {}

  @Put(':sku')
  @ApiOperation({
    operationId: 'saveProduct',
    summary: 'Make a product or change it; what the body leaves out gets its default',
    description: 'Baskets show the new price and name at their next read. Orders keep theirs.',
  })
  @ApiSku()
  @ApiOkResponse({ type: ProductDto })
  @ApiProblems(...BODY_PROBLEMS)
  async save(@Param('sku', SkuPipe) sku: string, @Body() product: SaveProductDto): Promise<ProductDto> {
    return toProductDto(await this.products.save({ sku, ...product }), this.environment.currency);
  }
}
