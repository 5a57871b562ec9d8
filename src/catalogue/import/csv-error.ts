/** An error in a CSV file. The message is for the author of the file. */
export class CsvError {
  constructor(readonly message: string) {}
}
