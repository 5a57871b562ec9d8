import { Module } from '@nestjs/common';
import { BasketImport } from './basket-import.service.js';

/** Imports from an old shop. Only the command line uses it. */
@Module({ providers: [BasketImport], exports: [BasketImport] })
export class OscarImportModule {}
