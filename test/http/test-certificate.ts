/** A self-signed certificate for localhost and 127.0.0.1, valid until 2125. It protects nothing and is trusted by tests only. */
const CERTIFICATE_DER = [
  'MIIBmzCCAUGgAwIBAgIUffzJsN96CebtVUAFTXl7S6aA2RcwCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2',
  'MTEyNDEwMjcyMFoYDzIxMjYxMDMxMTAyNzIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC',
  'AATjd4xLQHJmDJJn0rDA3TwEalak86NFx4kcMJePe5sQ7oxzhqVtqAZ/r2QExn7t+/cim9bdiVKDku1DvzZXBqKho28wbTAdBgNV',
  'HQ4EFgQUzPX5htclN8dLkxS1abcOK33qrrcwHwYDVR0jBBgwFoAUzPX5htclN8dLkxS1abcOK33qrrcwDwYDVR0TAQH/BAUwAwEB',
  '/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDSAAwRQIgZROk9uDyvR/ZffWCVoCgthftTc+s+Fb1kAd9',
  'N99m6+4CIQCc49asFUjbA5UXv0fwTno+m5PdFGHiCi1vpH8Z2htIqg==',
].join('');

const KEY_DER = [
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCGO1Byyba6MybdfTGzO+tqB/VFfgKOCqpVjk3uQv6EyhRANCAATj',
  'd4xLQHJmDJJn0rDA3TwEalak86NFx4kcMJePe5sQ7oxzhqVtqAZ/r2QExn7t+/cim9bdiVKDku1DvzZXBqKh',
].join('');

/** PEM. */
export const certificate = pem('CERTIFICATE', CERTIFICATE_DER);

/** PEM. */
export const certificateKey = pem('PRIVATE KEY', KEY_DER);

function pem(kind: string, der: string): string {
  const lines = der.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`, ''].join('\n');
}
