import { DuckDBInstance } from '@duckdb/node-api';

/** Rows of a query to DuckDB, an independent reader of CSV and Parquet; values as JSON has them. */
export async function duck(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
