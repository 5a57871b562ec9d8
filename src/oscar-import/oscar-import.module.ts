import { Module } from '@nestjs/common';
import { BasketImport } from './basket-import.service.js';

/** Takes over from an old shop; for the command line. */
@Module({ providers: [BasketImport], exports: [BasketImport] })
export class OscarImportModule {}
