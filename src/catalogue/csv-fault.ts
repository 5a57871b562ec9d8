/** What is wrong with a part of a CSV file, for the person who wrote it. */
export class CsvFault {
  constructor(readonly message: string) {}
}
