import { exchangeIds } from './exchange-tables.ts';
import type { ExchangeId } from './exchange-tables.ts';
import type { Instrument } from './instrument.ts';

/** What a source says of where a series is listed. */
export interface ListedAt {
  /** Its own code of the exchange: NMS, LSE, CMX. */
  readonly exchange?: string;
  /** IANA zone. */
  readonly timezone?: string;
}

type Words = Partial<Record<ExchangeId, string>>;

/** Venues of futures, as the catalogue, Yahoo and Interactive Brokers name them. */
const FUTURES: Words = {
  CMES: 'CME CBOT NYMEX COMEX KCBT GLOBEX ECBOT CMX NYM CBT',
  IFUS: 'ICE/US NYBOT NYB NYSELIFFE',
  IFCA: 'ICE/CA',
  IFEU: 'ICE ICE/EU/COM ICEEU ICEEUSOFT IPE LIFFE',
  NDEX: 'ENDEX',
  XCBF: 'CFE',
  XMOD: 'TMX CDE MX',
  XEUR: 'EUREX',
  XPAR: 'EURONEXTCOM EURONEXTIND MATIF MONEP BELFOX FTA',
  XMAD: 'MEFF MEFFRV',
  XSTO: 'OMX OMS',
  XLME: 'LME LMEOTC',
  XJSE: 'SAFEX',
  XOSE: 'JPX OSE OSE.JPN',
  XHKF: 'HKFE',
  XSCE: 'SGX ICE/SG',
  XSFE: 'SFE SNFE',
  XKRX: 'KSE KRX',
};

/** Exchanges of everything undated, as Yahoo and Interactive Brokers name them. */
const LISTINGS: Words = {
  XNYS: `NMS NGM NCM NYQ PCX ASE BTS PNK OQB OQX OEM SNP DJI NIM NAS NYS NASDAQ NYSE ARCA AMEX ISLAND BATS IEX NYSEARCA
    XNAS XASE ARCX`,
  XLON: 'LSE IOB FGI FSI LSEETF',
  XETR: 'GER IBIS IBIS2 XETRA',
  XPAR: 'PAR AMS BRU LIS ISE ENX SBF AEB XAMS XBRU XLIS XDUB',
  XTSE: 'TOR VAN CNQ NEO TSE VENTURE TSX',
  XTKS: 'JPX OSA TSEJ',
  XHKG: 'HKG SEHK',
  XASX: 'ASX',
  XSWX: 'EBS VTX',
  XSTO: 'STO SFB',
  XBOM: 'NSI BSE NSE XNSE',
  BVMF: 'SAO',
  XMIL: 'MIL BVME',
  XMAD: 'MCE BM',
  XSES: 'SES SGX',
  XKRX: 'KSC KOE KSE',
  XHEL: 'HEL',
  XCSE: 'CPH',
  XOSL: 'OSL',
  XWBO: 'VIE',
  XJSE: 'JNB',
  XNZE: 'NZE',
  CMES: 'CMX NYM CME CBT',
  IFUS: 'NYB',
  FX: 'CCY IDEALPRO',
  COINS: 'CCC PAXOS',
};

/** Endings of Yahoo's tickers. */
const ENDINGS: Words = {
  XLON: 'L IL',
  XETR: 'DE',
  XPAR: 'PA AS BR LS IR',
  XTSE: 'TO V CN NE',
  XTKS: 'T',
  XHKG: 'HK',
  XASX: 'AX',
  XSWX: 'SW',
  XSTO: 'ST',
  XBOM: 'NS BO',
  BVMF: 'SA',
  XMIL: 'MI',
  XMAD: 'MC',
  XSES: 'SI',
  XKRX: 'KS KQ',
  XHEL: 'HE',
  XCSE: 'CO',
  XOSL: 'OL',
  XWBO: 'VI',
  XJSE: 'JO',
  XNZE: 'NZ',
  FX: 'X',
};

/** Indices, whose tickers name no exchange. */
const INDICES: Words = {
  XNYS: 'GSPC DJI IXIC NDX RUT VIX NYA SPX',
  XLON: 'FTSE FTMC',
  XETR: 'GDAXI MDAXI TECDAX',
  XPAR: 'FCHI AEX BFX STOXX50E',
  XTSE: 'GSPTSE',
  XTKS: 'N225',
  XHKG: 'HSI HSCE',
  XASX: 'AXJO AORD',
  XSWX: 'SSMI',
  XSTO: 'OMX',
  XBOM: 'NSEI BSESN NSEBANK',
  BVMF: 'BVSP',
  XMAD: 'IBEX',
  XSES: 'STI',
  XKRX: 'KS11 KQ11',
  XWBO: 'ATX',
  XNZE: 'NZ50',
};

const indexes = new Map<Words, ReadonlyMap<string, string>>();

function idOf(word: string | undefined, words: Words): string | undefined {
  if (word === undefined) return undefined;
  let index = indexes.get(words);
  if (index === undefined) {
    index = new Map(
      Object.entries(words).flatMap(([id, text]) => text.split(/\s+/).map((name) => [name, id] as const)),
    );
    indexes.set(words, index);
  }
  const name = word.toUpperCase();
  return index.get(name) ?? (exchangeIds().includes(name) ? name : undefined);
}

const COIN_PAIR = /^[A-Z0-9]+-(USD|EUR|GBP|JPY|CAD|AUD|INR|KRW|BTC|ETH|USDT)$/;
const US_TICKER = /^[A-Z0-9-]+$/;

function idOfTicker(code: string): string | undefined {
  if (COIN_PAIR.test(code)) return 'COINS';
  if (code.startsWith('^')) return idOf(code.slice(1), INDICES);
  const ending = /[.=]([A-Z]+)$/.exec(code)?.[1];
  return idOf(ending, ENDINGS);
}

/** A ticker without ending is a US one, unless its source names another place. */
function isUnitedStates(code: string, source: ListedAt): boolean {
  if (source.timezone !== undefined) return source.timezone === 'America/New_York' && !code.startsWith('^');
  return source.exchange === undefined && US_TICKER.test(code);
}

/**
 * The id of the exchange table that a series follows: the settings' or the catalogue's exchange first, then the source's word,
 * then the ticker. Undefined: there is no table.
 */
export function exchangeIdOf(instrument: Instrument, source: ListedAt = {}): string | undefined {
  if (instrument.class === 'forex') return 'FX';
  if (instrument.class === 'future') return idOf(instrument.exchange, FUTURES) ?? idOf(source.exchange, FUTURES);
  return (
    idOf(instrument.exchange, LISTINGS) ??
    idOf(source.exchange, LISTINGS) ??
    idOfTicker(instrument.code) ??
    (isUnitedStates(instrument.code, source) ? 'XNYS' : undefined)
  );
}
