/** A share class behind a point. No exchange has one of these letters as the ending of its listings. */
const WITH_POINT = /^([A-Z]+)\.([AB])$/;

/** A ticker with its share class behind a hyphen (BRK-B), however it was written (BRK.B); any other as it is. */
export const withHyphenatedClass = (ticker: string): string => ticker.replace(WITH_POINT, '$1-$2');
