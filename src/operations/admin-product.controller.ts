import { Body, Controller, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ProductDto, SaveProductDto, toProductDto } from '../catalogue/product.dto.js';
import { ProductService } from '../catalogue/product.service.js';
import { SkuPipe } from '../catalogue/sku.pipe.js';
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
  })
  @ApiParam({ name: 'sku', example: 'TEA-GREEN-100' })
  @ApiOkResponse({ type: ProductDto })
  @ApiProblems(...BODY_PROBLEMS, 'forbidden')
  async save(@Param('sku', SkuPipe) sku: string, @Body() product: SaveProductDto): Promise<ProductDto> {
    return toProductDto(await this.products.save({ sku, ...product }), this.environment.currency);
  }
}
