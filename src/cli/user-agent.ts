/** What is said of us to providers that have no user agent of their own, and to everybody else. */
export const USER_AGENT = 'vortex-history';
