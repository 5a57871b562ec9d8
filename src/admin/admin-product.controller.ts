import { Body, Controller, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { OpensFor } from '../auth/api-key/opens-for.decorator.js';
import { ApiSku } from '../catalogue/api-sku.decorator.js';
import { BulkImport } from '../catalogue/import/bulk-import.service.js';
import {
  PRODUCTS_BODY_LIMIT,
  SavedProductsDto,
  SaveProductsDto,
} from '../catalogue/import/save-products.dto.js';
import { ProductDto, toProductDto } from '../catalogue/product.dto.js';
import { ProductService } from '../catalogue/product.service.js';
import { ChangeProductDto, SaveProductDto } from '../catalogue/save-product.dto.js';
import { SkuPipe, StoredSkuPipe } from '../catalogue/sku.pipe.js';
import { Environment } from '../config/environment.js';
import { BodyLimit } from '../http/input/body-limit.decorator.js';
import { ApiProblems, BODY_PROBLEMS } from '../problem/api-problems.decorator.js';
import { AdminOnly } from './admin-only.decorator.js';

@AdminOnly()
@Controller('api/admin/products')
export class AdminProductController {
  constructor(
    private readonly products: ProductService,
    private readonly bulk: BulkImport,
    private readonly environment: Environment,
  ) {}

  @Post()
  @OpensFor('products:write')
  @HttpCode(200)
  @BodyLimit(PRODUCTS_BODY_LIMIT)
  @ApiOperation({
    operationId: 'saveProducts',
    summary: 'Create and change up to 1,000 products at once',
    description:
      'Saves all products or none. A member that a product omits keeps its value. A new product needs `name` and `unitPriceMinor`, and gets the defaults of `PUT` for other members. Null means the same as with `PATCH`. `stockChange` adds to a tracked stock, so that pieces that were sold meanwhile stay sold: a repeated request adds again. Reservations do not change. The answer lists at most 100 errors. A body can have up to 2 MB (2,097,152 bytes).',
  })
  @ApiOkResponse({ type: SavedProductsDto })
  @ApiProblems(...BODY_PROBLEMS)
  async saveAll(@Body() { products }: SaveProductsDto): Promise<SavedProductsDto> {
    return this.bulk.save(products);
  }

  @Put(':sku')
  @OpensFor('products:write')
  @ApiOperation({
    operationId: 'saveProduct',
    summary: 'Create or replace a product',
    description:
      'The body is the whole product: a missing member gets its default, even if the product had another value. `PATCH` changes single members. Baskets show the new price and name at the next read. Orders and reservations do not change.',
  })
  @ApiSku()
  @ApiOkResponse({ type: ProductDto })
  @ApiProblems(...BODY_PROBLEMS)
  async save(@Param('sku', SkuPipe) sku: string, @Body() product: SaveProductDto): Promise<ProductDto> {
    return toProductDto(await this.products.save({ sku, ...product }), this.environment.currency);
  }

  @Patch(':sku')
  @OpensFor('products:write')
  @ApiOperation({
    operationId: 'changeProduct',
    summary: 'Change a product',
    description:
      'A missing member does not change. Null clears `imageUrl`. Null as `stock` means unlimited stock, and null as `maxQuantity` means no maximum. `stockChange` adds to the stock, so that pieces that were sold meanwhile stay sold. It can lower the stock below the reserved pieces, but not below 0.',
  })
  @ApiSku('stored')
  @ApiOkResponse({ type: ProductDto })
  @ApiProblems(...BODY_PROBLEMS, 'unknown-product', 'insufficient-stock')
  async change(
    @Param('sku', StoredSkuPipe) sku: string,
    @Body() changes: ChangeProductDto,
  ): Promise<ProductDto> {
    return toProductDto(await this.products.change(sku, changes), this.environment.currency);
  }
}
