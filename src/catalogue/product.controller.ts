import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Environment } from '../config/environment.js';
import { ApiProblems } from '../problem/api-problems.decorator.js';
import { ApiSku } from './api-sku.decorator.js';
import type { AvailableProduct } from './available-product.js';
import { ProductDto, ProductPageDto, ProductQueryDto, toProductDto } from './product.dto.js';
import { ProductService } from './product.service.js';
import { SkuPipe } from './sku.pipe.js';

@ApiTags('products')
@Controller('api/products')
export class ProductController {
  constructor(
    private readonly products: ProductService,
    private readonly environment: Environment,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listProducts',
    summary: 'List or search the products for sale, by name, page by page',
    description: 'Follow `nextCursor` until it is null.',
  })
  @ApiOkResponse({ type: ProductPageDto })
  @ApiProblems('invalid-input', 'internal-error', 'database-unavailable')
  async list(@Query() { q, limit, cursor }: ProductQueryDto): Promise<ProductPageDto> {
    const { rows, nextCursor } = await this.products.findPage(limit, q, cursor);
    return { products: rows.map((product) => this.toDto(product)), nextCursor };
  }

  @Get(':sku')
  @ApiOperation({
    operationId: 'getProduct',
    summary: 'Get one product',
    description: 'Finds only products that are for sale.',
  })
  @ApiSku()
  @ApiOkResponse({ type: ProductDto })
  @ApiProblems('invalid-input', 'unknown-product', 'internal-error', 'database-unavailable')
  async get(@Param('sku', SkuPipe) sku: string): Promise<ProductDto> {
    return this.toDto(await this.products.getForSale(sku));
  }

  private toDto(product: AvailableProduct): ProductDto {
    return toProductDto(product, this.environment.currency);
  }
}
