/** A fault in a CSV file, in words for its author. */
export class CsvFault {
  constructor(readonly message: string) {}
}
