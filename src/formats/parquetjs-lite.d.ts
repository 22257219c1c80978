// The package brings no types; this is the part of it that is used.
declare module 'parquetjs-lite' {
  export interface FieldDefinition {
    readonly type: 'DOUBLE' | 'TIMESTAMP_MICROS';
    readonly optional?: boolean;
    readonly compression?: 'GZIP' | 'UNCOMPRESSED';
  }

  export class ParquetSchema {
    readonly fieldList: readonly { readonly name: string }[];
    constructor(fields: Readonly<Record<string, FieldDefinition>>);
  }

  /** What the writer keeps of one column until a row group is full. */
  export interface ColumnBuffer {
    readonly values: number[];
    /** 1 where a value is present, 0 where it is null; only the length counts for a required column. */
    readonly dlevels: number[];
    readonly rlevels: number[];
    /** Read for the smallest and the largest value and for its size. */
    readonly distinct_values: {
      readonly size: number | undefined;
      add(value: number | Date): void;
      forEach(use: (value: number | Date) => void): void;
      [Symbol.iterator](): Iterator<number | Date>;
    };
    readonly count: number;
  }

  export interface RowBuffer {
    rowCount?: number;
    pageRowCount?: number;
    columnData?: Record<string, ColumnBuffer>;
    pages?: Record<string, unknown[]>;
  }

  export interface ColumnChunk {
    readonly meta_data: { readonly statistics: { distinct_count?: number | null } };
  }

  export class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: { write(chunk: Buffer, done: (error?: Error) => void): void; end(done: (error?: Error) => void): void },
      options: { rowGroupSize?: number; pageSize?: number; useDataPageV2?: boolean; pageIndex?: boolean },
    ): Promise<ParquetWriter>;
    rowBuffer: RowBuffer;
    readonly envelopeWriter: {
      writeFooter(metadata: unknown): Promise<void>;
      readonly rowGroups: readonly { readonly columns: readonly ColumnChunk[] }[];
    };
    setMetadata(key: string, value: string): void;
    appendRow(row: Readonly<Record<string, number | Date | undefined>>): Promise<void>;
    close(): Promise<void>;
  }

  export class ParquetReader {
    static openBuffer(buffer: Buffer): Promise<ParquetReader>;
    getCursor(): { nextRowGroup(): Promise<readonly Readonly<Record<string, unknown>>[] | null> };
    /** An integer in an object of its own kind. */
    getRowCount(): { valueOf(): number };
    getSchema(): ParquetSchema;
    close(): Promise<void>;
  }

  /** The package is CommonJS: what it has hangs on the default export. */
  const parquet: {
    readonly ParquetReader: typeof ParquetReader;
    readonly ParquetSchema: typeof ParquetSchema;
    readonly ParquetWriter: typeof ParquetWriter;
  };
  export default parquet;
}

declare module 'parquetjs-lite/lib/compression.js' {
  const compression: {
    readonly PARQUET_COMPRESSION_METHODS: { readonly GZIP: { deflate: (value: Buffer) => Buffer } };
  };
  export default compression;
}
