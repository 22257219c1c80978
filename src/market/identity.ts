/** Who the source says a series is. A missing field says nothing. */
export interface SeriesIdentity {
  /** As the source spells it: USD, GBp, GBP. */
  readonly currency?: string;
  /** The exchange by the source's own name: NMS, CMX, SMART. */
  readonly exchange?: string;
  /** EQUITY, ETF, FUTURE, CURRENCY … as the source spells it. */
  readonly instrumentType?: string;
  readonly name?: string;
  /** Interactive Brokers' number of the contract. */
  readonly conId?: string;
  /** First trade date that the source names, milliseconds since the epoch, UTC. */
  readonly firstTradeDate?: number;
  /** Hours of which the bars were asked; intraday bars of stocks only. */
  readonly hours?: 'regular' | 'extended';
}

/** What the close of a bar is: the exchange's settlement, the last trade, an auction, a middle or a bid price. */
export type CloseKind = 'settlement' | 'last' | 'auction' | 'mid' | 'bid';
