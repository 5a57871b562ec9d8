/** An error in a CSV file, in words for its author. */
export class CsvError {
  constructor(readonly message: string) {}
}
