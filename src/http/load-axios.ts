import type { AxiosInstance } from 'axios';

/**
 * Loads axios, which takes longer than most commands run, and sets it up to do one plain exchange: no redirects, no
 * unpacking, no proxies of its own, every status an answer.
 */
export async function loadAxios(): Promise<AxiosInstance> {
  const { default: axios } = await import('axios');
  return axios.create({
    responseType: 'stream',
    // Its own unpacking takes a body that was cut short for a whole one.
    decompress: false,
    maxRedirects: 0,
    proxy: false,
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
  });
}
