import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BulkImport } from './import/bulk-import.service.js';
import { ProductImport } from './import/product-import.service.js';
import { ProductController } from './product.controller.js';
import { Product } from './product.entity.js';
import { ProductService } from './product.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([Product])],
  controllers: [ProductController],
  providers: [ProductService, ProductImport, BulkImport],
  exports: [ProductService, ProductImport, BulkImport],
})
export class CatalogueModule {}
